import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Board, Person } from './board.ts';
import type { Feed, News } from './feed.ts';
import type { Leases } from './leases.ts';
import { andThen, type Awaitable } from './looks.ts';
import type { Reads } from './reads.ts';

const POLL = /^\/poll\?room=(\d{1,9})&after=(\d{1,9})(&unseen=1)?$/;

/**
 * Answers polls, most of all requests, so they pass by the middleware, the ORM and the templates:
 * what they need is remembered. Whatever else is asked, or is in doubt, goes the usual way.
 */
export class Polls {
  readonly #board: Board;
  readonly #feed: Feed;
  readonly #leases: Leases;
  readonly #reads: Reads;

  constructor({ board, feed, leases, reads }: { board: Board; feed: Feed; leases: Leases; reads: Reads }) {
    this.#board = board;
    this.#feed = feed;
    this.#leases = leases;
    this.#reads = reads;
  }

  /** Answers where it can; false where the request is to go the usual way. */
  answer(request: IncomingMessage, response: ServerResponse): Awaitable<boolean> {
    try {
      const isAnswered = this.#answer(request, response);
      return isAnswered instanceof Promise ? isAnswered.catch(() => false) : isAnswered;
    } catch {
      return false; // the usual way meets the same trouble, and tells of it
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): Awaitable<boolean> {
    if (request.method !== 'GET' || request.headers['sec-purpose']) return false;
    const [, room, after, unseen] = POLL.exec(request.url!) ?? [];
    if (!room) return false;
    const seen = Number(after);
    return andThen(this.#board.find(request, response), (person) => {
      if (person?.room !== Number(room)) return false;
      return andThen(this.#feed.room(person.room), (tail) => {
        if (!tail || seen > tail.last) return false;
        if (seen === tail.last) return this.#answered(person, seen, !unseen, response);
        return andThen(this.#board.blockedBy(person), (blocked) =>
          andThen(
            this.#feed.news(tail, seen, blocked),
            (news) => news !== undefined && this.#answered(person, seen, !unseen, response, news),
          ),
        );
      });
    });
  }

  #answered(person: Person, seen: number, isSeen: boolean, response: ServerResponse, news?: News): true {
    this.#leases.heard(person.user, {
      lease: 'script',
      inRoom: true,
      isSteady: person.lease === 'script' && !person.closing,
    });
    if (isSeen && seen > person.read) {
      this.#reads.shown(person.user, person.room, seen);
      person.read = seen; // noted once
    }
    if (response.req.httpVersionMinor === 1) response.removeHeader('Connection'); // HTTP/1.1 keeps it without a word
    if (news)
      response
        .writeHead(200, {
          'Content-Type': 'application/json; charset=utf-8',
          'Content-Length': news.body.length,
          'Cache-Control': 'no-store',
          'X-Content-Type-Options': 'nosniff',
        })
        .end(news.body);
    else response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
    return true;
  }
}

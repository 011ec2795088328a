import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Awaitable, chain } from './chain.ts';
import { bodyFor, type Encoding } from './compression.ts';
import type { Feed } from './feed.ts';
import type { Leases } from './leases.ts';
import { isInRoom, type SessionCache, type UserInRoom } from './session-cache.ts';
import type { ReadMarkers } from './read-markers.ts';
import type { PollAnswer } from './tail.ts';

const POLL = /^\/poll\?(?:room=(\d{1,9})&)?after=(\d{1,9})(&unseen=1)?$/;

interface Parts {
  sessions: SessionCache;
  feed: Feed;
  leases: Leases;
  readMarkers: ReadMarkers;
}

/**
 * Answers polls from memory, ahead of the middleware, the ORM and the templates, because most requests
 * are polls. A poll that it cannot answer, or would refuse, goes on to the middleware.
 */
export class PollEndpoint {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Returns false if the request has to go on to the middleware. */
  answer(request: IncomingMessage, response: ServerResponse): Awaitable<boolean> {
    try {
      const isAnswered = this.#answer(request, response);
      return isAnswered instanceof Promise ? isAnswered.catch(() => false) : isAnswered;
    } catch {
      return false; // the middleware runs into the same error, and answers with it
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): Awaitable<boolean> {
    if (request.method !== 'GET' || request.headers['sec-purpose']) return false;
    const [, room, after, unseen] = POLL.exec(request.url!) ?? [];
    if (after === undefined) return false;
    const { sessions, feed } = this.#parts;
    const seen = Number(after);
    return chain(sessions.find(request, response), (user) => {
      if (!isInRoom(user, room === undefined ? undefined : Number(room))) return false;
      return chain(feed.room(user.room), (tail) => {
        if (!tail || seen > tail.last) return false;
        if (seen === tail.last) return this.#send(user, seen, !unseen, response);
        return chain(sessions.blockedBy(user), (blocked) =>
          chain(
            feed.answerFor(tail, seen, blocked),
            (answer) => answer !== undefined && this.#send(user, seen, !unseen, response, answer),
          ),
        );
      });
    });
  }

  #send(
    user: UserInRoom,
    seen: number,
    isSeen: boolean,
    response: ServerResponse,
    answer?: PollAnswer,
  ): true {
    const isSteady = user.lease === 'script' && !user.closing;
    this.#parts.leases.record(user.user, { lease: 'script', inRoom: true, isSteady });
    if (isSeen && seen > user.read) {
      this.#parts.readMarkers.record(user.user, user.room, seen);
      user.read = seen; // so that the next poll does not record it again
    }
    if (response.req.httpVersionMinor === 1) response.removeHeader('Connection'); // HTTP/1.1 keeps a connection open by default
    if (!answer) response.writeHead(204, NO_NEWS).end();
    else {
      const { body, encoding } = bodyFor(answer, response.req.headers['accept-encoding']);
      response.writeHead(200, jsonHeaders(body.length, encoding)).end(body);
    }
    return true;
  }
}

const NO_NEWS = { 'Cache-Control': 'no-store', 'Cross-Origin-Resource-Policy': 'same-origin' };

/** @param length of what is sent, in bytes */
export const jsonHeaders = (length: number, encoding?: Encoding) => ({
  'Content-Type': 'application/json; charset=utf-8',
  'Content-Length': length,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  ...(encoding && { 'Content-Encoding': encoding, Vary: 'Accept-Encoding' }),
});

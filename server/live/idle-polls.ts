import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MikroORM } from '@mikro-orm/sql';
import { SqliteConnection } from '@mikro-orm/sqlite';
import Cookies from 'cookies';
import type Keygrip from 'keygrip';
import { isFresh, sessionId } from '../chat/session.ts';
import type { Leases } from './leases.ts';
import type { Reads } from './reads.ts';

/** Cookies that are remembered as signed by us. What is checked each time is the session itself. */
const MOST_COOKIES = 10_000;
const LONGEST_COOKIE = 1000;

/** Where whoever has this session is, and how far its log goes. */
const WHEREABOUTS = `
  select s.user_id as user, s.seen_at as seenAt, s.created_at as createdAt, p.room_id as room, r.last_seq as last, m.read_seq as read
  from session s
  join presence p on p.user_id = s.user_id
  join room r on r.id = p.room_id
  join membership m on m.room_id = r.id and m.user_id = s.user_id
  where s.id = ?`;

interface Place {
  user: number;
  seenAt: number;
  createdAt: number;
  room: number;
  last: number;
  read: number;
}

/**
 * Answers the polls to which nothing is new: most of all requests, so they pass by the whole
 * middleware, the ORM and the templates, with one look into the database, whose word is always the
 * latest. Whatever else is asked, or is in doubt, goes the usual way.
 */
export class IdlePolls {
  readonly #keys: Keygrip;
  readonly #cookie: string;
  readonly #leases: Leases;
  readonly #reads: Reads;
  readonly #clock: () => Date;
  readonly #sessionIds = new Map<string, string>();
  #whereabouts: ((sessionId: string) => Place | undefined) | undefined;

  constructor({ orm, keys, cookie, leases, reads, clock }: { orm: MikroORM; keys: Keygrip; cookie: string; leases: Leases; reads: Reads; clock: () => Date }) {
    this.#keys = keys;
    this.#cookie = cookie;
    this.#leases = leases;
    this.#reads = reads;
    this.#clock = clock;
    const connection = orm.em.getConnection();
    if (!(connection instanceof SqliteConnection)) return; // a look into PostgreSQL is none of a moment: those polls go the usual way
    void connection.getNativeClient().then((database) => {
      const statement = database.prepare<[string], Place>(WHEREABOUTS);
      this.#whereabouts = (sessionId) => (database.open ? statement.get(sessionId) : undefined);
    });
  }

  /** Answers where it can; false where the request is to go the usual way. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const [, room, after, unseen] = /^\/poll\?room=(\d{1,9})&after=(\d{1,9})(&unseen=1)?$/.exec(request.url ?? '') ?? [];
    if (!room || request.method !== 'GET' || request.headers['sec-purpose']) return false;
    const id = this.#sessionId(request, response);
    const found = id && this.#whereabouts?.(id);
    if (!found || found.room !== Number(room) || found.last !== Number(after)) return false;
    if (!isFresh({ seenAt: new Date(found.seenAt), createdAt: new Date(found.createdAt) }, this.#clock())) return false;
    this.#leases.heard(found.user, { lease: 'script', inRoom: true });
    if (found.last > found.read && !unseen) this.#reads.shown(found.user, found.room, found.last);
    response.writeHead(204, { 'Cache-Control': 'no-store' }).end();
    return true;
  }

  /** The session's id, where its cookie is signed by us. */
  #sessionId(request: IncomingMessage, response: ServerResponse): string | undefined {
    const header = request.headers.cookie ?? '';
    let id = this.#sessionIds.get(header);
    if (id === undefined) {
      const key = new Cookies(request, response, { keys: this.#keys }).get(this.#cookie, { signed: true });
      if (!key) return undefined;
      id = sessionId(key);
      if (this.#sessionIds.size >= MOST_COOKIES) this.#sessionIds.clear();
      if (header.length <= LONGEST_COOKIE) this.#sessionIds.set(header, id);
    }
    return id;
  }
}

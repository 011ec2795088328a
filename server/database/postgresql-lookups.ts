import type { Pool } from 'pg';
import type { Lease } from '../chat/presence.ts';
import type { Lookups, SessionPresence } from '../live/lookups.ts';
import type { Versions } from '../live/versions.ts';
import type { PostgresListener } from './postgresql-listener.ts';

/** The first word of a notification that a server sends to itself. */
export const GREETING = 'hello';

/** Changed users and rooms in memory. Beyond that, all versions expire. */
const MOST_CHANGES = 100_000;

const SESSION_PRESENCE = `
  select s.user_id, extract(epoch from s.seen_at)::float8 as seen_at, extract(epoch from s.created_at)::float8 as created_at, s.data, m.room_id, p.lease, p.closing, m.read_seq
  from session s
  left join presence p on p.user_id = s.user_id
  left join membership m on m.room_id = p.room_id and m.user_id = p.user_id
  where s.id = $1`;

/**
 * The versions of PostgreSQL, from the notifications of its triggers. Each change gets a number. A version
 * is the number of the last change. While the listener has no connection, all versions are unknown.
 */
export class PostgresVersions implements Versions {
  readonly #users = new Map<number, number>();
  readonly #rooms = new Map<number, number>();
  readonly #listener: PostgresListener;
  #latest = 0;
  /** The last change of any username. */
  #names = 0;
  /** When all versions last expired. */
  #expired = 0;

  constructor(listener: PostgresListener) {
    this.#listener = listener;
  }

  get areKnown(): boolean {
    return this.#listener.isListening;
  }

  ofUser(id: number): number {
    return this.areKnown ? Math.max(this.#expired, this.#users.get(id) ?? 0) : NaN;
  }

  ofRoom(id: number): number {
    return this.areKnown ? Math.max(this.#expired, this.#names, this.#rooms.get(id) ?? 0) : NaN;
  }

  settled(): Promise<void> {
    return this.#listener.settled();
  }

  /** @param payload of a notification: `user 7`, `room 12` or `names` */
  recordChange(payload: string): void {
    const [kind, id] = payload.split(' ');
    if (kind === GREETING) return;
    this.#latest += 1;
    if (kind === 'user') this.#users.set(Number(id), this.#latest);
    else if (kind === 'room') this.#rooms.set(Number(id), this.#latest);
    else this.#names = this.#latest;
    if (this.#users.size + this.#rooms.size > MOST_CHANGES) this.expireAll();
  }

  /** Treats every user and room as changed. */
  expireAll(): void {
    this.#users.clear();
    this.#rooms.clear();
    this.#expired = this.#latest += 1;
  }
}

/** The lookups in a PostgreSQL database, by prepared statements. */
export class PostgresLookups implements Lookups {
  readonly #pool: Pool;
  readonly #versions: PostgresVersions;
  readonly #isPooled: boolean;
  /** Queries under way, by room and version: while nothing has changed, callers share one query. */
  readonly #roomQueries = new Map<string, Promise<{ name: string; last: number } | undefined>>();

  /** @param isPooled whether a pooler gives each statement another connection: then none is prepared */
  constructor(pool: Pool, versions: PostgresVersions, { isPooled = false } = {}) {
    this.#pool = pool;
    this.#isPooled = isPooled;
    this.#versions = versions;
  }

  async sessionPresence(session: string): Promise<SessionPresence | undefined> {
    if (!this.#versions.areKnown) return undefined; // the middleware answers, with the error if there is one
    const [row] = await this.#rows<{
      user_id: number;
      seen_at: number;
      created_at: number;
      data: string;
      room_id: number | null;
      lease: Lease | null;
      closing: boolean | null;
      read_seq: number | null;
    }>('session-presence', SESSION_PRESENCE, [session]);
    return (
      row && {
        user: row.user_id,
        room: row.room_id,
        lease: row.lease,
        closing: row.closing,
        data: row.data,
        read: row.read_seq,
        seenAt: Math.round(row.seen_at * 1000),
        createdAt: Math.round(row.created_at * 1000),
      }
    );
  }

  async blockedBy(user: number): Promise<number[]> {
    const rows = await this.#rows<{ blocked_id: number }>(
      'blocked',
      'select blocked_id from block where user_id = $1',
      [user],
    );
    return rows.map(({ blocked_id: id }) => id);
  }

  room(id: number): Promise<{ name: string; last: number } | undefined> {
    const key = `${id} ${this.#versions.ofRoom(id)}`;
    let query = this.#roomQueries.get(key);
    if (!query) {
      query = this.#rows<{ name: string; last: number }>(
        'room',
        'select name, last_seq as last from room where id = $1',
        [id],
      ).then(([room]) => room);
      this.#roomQueries.set(key, query);
      void query.finally(() => this.#roomQueries.delete(key)).catch(() => {});
    }
    return query;
  }

  async describedAt(room: number, seqs: number[]): Promise<(number | null)[]> {
    const rows = await this.#rows<{ seq: number; at: number | null }>(
      'described',
      'select seq, extract(epoch from described_at)::float8 as at from attachment where room_id = $1 and seq = any($2)',
      [room, seqs],
    );
    const times = new Map(rows.map(({ seq, at }) => [seq, at === null ? null : Math.round(at * 1000)]));
    return seqs.map((seq) => times.get(seq) ?? null);
  }

  async usernames(ids: number[]): Promise<string[]> {
    const rows = await this.#rows<{ id: number; username: string }>(
      'usernames',
      'select id, username from "user" where id = any($1)',
      [ids],
    );
    const names = new Map(rows.map(({ id, username }) => [id, username]));
    return ids.map((id) => names.get(id) ?? '');
  }

  async #rows<R extends object>(name: string, text: string, values: unknown[]): Promise<R[]> {
    return (await this.#pool.query<R>({ ...(!this.#isPooled && { name }), text, values })).rows;
  }
}

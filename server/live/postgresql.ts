import type { Pool } from 'pg';
import type { Lease } from '../chat/presence.ts';
import type { Listener } from './listener.ts';
import type { Looks, Whereabouts } from './looks.ts';
import type { Signals } from './signals.ts';

/** So many people and rooms are remembered to have changed; then all are taken to have. */
const MOST = 100_000;

const WHEREABOUTS = `
  select s.user_id, extract(epoch from s.seen_at)::float8 as seen_at, extract(epoch from s.created_at)::float8 as created_at, s.data, p.room_id, p.lease, p.closing, m.read_seq
  from session s
  join presence p on p.user_id = s.user_id
  join membership m on m.room_id = p.room_id and m.user_id = s.user_id
  where s.id = $1`;

/**
 * What has changed, as the database tells it. Each change has a number, and the version of somebody
 * or something is that of their latest. While nothing can be heard, nothing remembered holds.
 */
export class Changes implements Signals {
  readonly #users = new Map<number, number>();
  readonly #rooms = new Map<number, number>();
  #latest = 0;
  /** The latest change of whom is called how, and the one since when it is known who has changed. */
  #names = 0;
  #since = 0;
  listener: Listener | undefined;

  ofUser(id: number): number {
    return this.listener?.isListening ? Math.max(this.#since, this.#users.get(id) ?? 0) : NaN;
  }

  ofRoom(id: number): number {
    return this.listener?.isListening ? Math.max(this.#since, this.#names, this.#rooms.get(id) ?? 0) : NaN;
  }

  settled(): void | Promise<void> {
    return this.listener?.settled();
  }

  /** Takes in what a table has told: `user 7`, `room 12` or `names`. */
  heard(told: string): void {
    const [kind, id] = told.split(' ');
    this.#latest += 1;
    if (kind === 'user') this.#users.set(Number(id), this.#latest);
    else if (kind === 'room') this.#rooms.set(Number(id), this.#latest);
    else this.#names = this.#latest;
    if (this.#users.size + this.#rooms.size > MOST) this.forget();
  }

  /** Takes all to have changed. */
  forget(): void {
    this.#users.clear();
    this.#rooms.clear();
    this.#since = this.#latest += 1;
  }
}

/** Looks into a PostgreSQL database, by statements that it has prepared. */
export class PostgresLooks implements Looks {
  readonly #pool: Pool;
  readonly #changes: Changes;
  /** Looks under way: whoever asks the same before anything has changed is told the same. */
  readonly #rooms = new Map<string, Promise<{ name: string; last: number } | undefined>>();

  constructor(pool: Pool, changes: Changes) {
    this.#pool = pool;
    this.#changes = changes;
  }

  async whereabouts(session: string): Promise<Whereabouts | undefined> {
    if (!this.#changes.listener?.isListening) return undefined; // the usual way tells what is wrong
    const [row] = await this.#rows<{
      user_id: number;
      seen_at: number;
      created_at: number;
      data: string;
      room_id: number;
      lease: Lease;
      closing: boolean;
      read_seq: number;
    }>('whereabouts', WHEREABOUTS, [session]);
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
    const name = `${id} ${this.#changes.ofRoom(id)}`;
    let look = this.#rooms.get(name);
    if (!look) {
      look = this.#rows<{ name: string; last: number }>(
        'room',
        'select name, last_seq as last from room where id = $1',
        [id],
      ).then(([room]) => room);
      this.#rooms.set(name, look);
      void look.finally(() => this.#rooms.delete(name)).catch(() => {});
    }
    return look;
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
    return (await this.#pool.query<R>({ name, text, values })).rows;
  }
}

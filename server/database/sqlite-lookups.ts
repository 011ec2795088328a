import type Database from 'better-sqlite3';
import type { Lookups, SessionPresence } from '../live/lookups.ts';
import type { Versions } from '../live/versions.ts';

/** No join in brackets: SQLite would make that of all users, for each lookup. */
const SESSION_PRESENCE = `
  select s.user_id as user, s.seen_at as seenAt, s.created_at as createdAt, s.data, m.room_id as room, p.lease, p.closing, m.read_seq as read
  from session s
  left join presence p on p.user_id = s.user_id
  left join membership m on m.room_id = p.room_id and m.user_id = p.user_id
  where s.id = ?`;

/**
 * The versions and lookups of an SQLite database, over a connection in this thread. A lookup takes some
 * microseconds, and so does the version.
 */
export class SqliteLookups implements Versions, Lookups {
  readonly #database: Database.Database;
  readonly #version: Database.Statement<[], number>;
  readonly #sessionPresence: Database.Statement<[string], SessionPresence>;
  readonly #blocked: Database.Statement<[number], number>;
  readonly #room: Database.Statement<[number], { name: string; last: number }>;
  readonly #describedAt: Database.Statement<[number, number], number | null>;
  readonly #usernames: Database.Statement<[string], string>;
  readonly #isOnlyConnection: boolean;
  /** The version, cached for one turn of the event loop; undefined if it may have changed. */
  #cachedVersion: number | undefined;

  /** @param isOnlyConnection whether the same connection writes: a database in memory has no other */
  constructor(database: Database.Database, { isOnlyConnection }: { isOnlyConnection: boolean }) {
    this.#database = database;
    this.#isOnlyConnection = isOnlyConnection;
    // `data_version` changes when another connection commits, `total_changes()` when this one writes.
    this.#version = database
      .prepare<[], number>(isOnlyConnection ? 'select total_changes()' : 'pragma data_version')
      .pluck();
    this.#sessionPresence = database.prepare(SESSION_PRESENCE);
    this.#blocked = database
      .prepare<[number], number>('select blocked_id from block where user_id = ?')
      .pluck();
    this.#room = database.prepare('select name, last_seq as last from room where id = ?');
    this.#describedAt = database
      .prepare<[number, number], number | null>(
        'select described_at from attachment where room_id = ? and seq = ?',
      )
      .pluck();
    this.#usernames = database
      .prepare<[string], string>(
        "select coalesce(u.username, '') from json_each(?) j left join user u on u.id = j.value order by j.key",
      )
      .pluck();
  }

  ofUser(): number {
    if (this.#cachedVersion !== undefined) return this.#cachedVersion;
    if (!this.#isCommitted) return NaN;
    const version = this.#version.get()!;
    if (!this.#isOnlyConnection) {
      this.#cachedVersion = version;
      setImmediate(() => this.forgetVersion());
    }
    return version;
  }

  /** Call this when this process has written: the next version must include it. */
  forgetVersion(): void {
    this.#cachedVersion = undefined;
  }

  ofRoom(): number {
    return this.ofUser();
  }

  /** Another process may have committed in this turn of the event loop. */
  settled(): void {
    this.forgetVersion();
  }

  sessionPresence(session: string): SessionPresence | undefined {
    return this.#isCommitted ? this.#sessionPresence.get(session) : undefined;
  }

  blockedBy(user: number): number[] {
    return this.#blocked.all(user);
  }

  room(id: number): { name: string; last: number } | undefined {
    return this.#room.get(id);
  }

  describedAt(room: number, seqs: number[]): (number | null)[] {
    return seqs.map((seq) => this.#describedAt.get(room, seq) ?? null);
  }

  usernames(ids: number[]): string[] {
    return this.#usernames.all(JSON.stringify(ids));
  }

  /** False while the connection could see uncommitted data. Then requests go on to the middleware, which waits for the commit. */
  get #isCommitted(): boolean {
    return this.#database.open && !this.#database.inTransaction;
  }
}

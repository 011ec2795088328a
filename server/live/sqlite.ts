import type Database from 'better-sqlite3';
import type { Looks, Whereabouts } from './looks.ts';
import type { Signals } from './signals.ts';

const WHEREABOUTS = `
  select s.user_id as user, s.seen_at as seenAt, s.created_at as createdAt, s.data, p.room_id as room, p.lease, p.closing, m.read_seq as read
  from session s
  join presence p on p.user_id = s.user_id
  join membership m on m.room_id = p.room_id and m.user_id = s.user_id
  where s.id = ?`;

/**
 * Signals and looks of an SQLite database, over a connection in this thread. A look takes some
 * microseconds, and so does the question whether anything at all was committed since the last one.
 */
export class SqliteLive implements Signals, Looks {
  readonly #database: Database.Database;
  readonly #version: Database.Statement<[], number>;
  readonly #whereabouts: Database.Statement<[string], Whereabouts>;
  readonly #blocked: Database.Statement<[number], number>;
  readonly #room: Database.Statement<[number], { name: string; last: number }>;
  readonly #describedAt: Database.Statement<[number, number], number | null>;
  readonly #usernames: Database.Statement<[string], string>;
  readonly #isOnly: boolean;
  /** The version as it was looked up in this turn of the event loop; undefined where it was not, or may have moved since. */
  #known: number | undefined;

  /** @param isOnly whether the same connection writes, as to a database in memory, which has no other */
  constructor(database: Database.Database, { isOnly }: { isOnly: boolean }) {
    this.#database = database;
    this.#isOnly = isOnly;
    // The data version moves when another connection has committed, the count when this one has written.
    this.#version = database
      .prepare<[], number>(isOnly ? 'select total_changes()' : 'pragma data_version')
      .pluck();
    this.#whereabouts = database.prepare(WHEREABOUTS);
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
    if (this.#known !== undefined) return this.#known;
    if (!this.#isCommitted) return NaN;
    const version = this.#version.get()!;
    if (!this.#isOnly) {
      this.#known = version;
      setImmediate(() => this.written());
    }
    return version;
  }

  /** Is told when this process has written: what it is asked from now on may build on that. */
  written(): void {
    this.#known = undefined;
  }

  ofRoom(): number {
    return this.ofUser();
  }

  settled(): void {}

  whereabouts(session: string): Whereabouts | undefined {
    return this.#isCommitted ? this.#whereabouts.get(session) : undefined;
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

  /** Whether what the connection sees is committed. Where it is not, all goes the usual way, which waits until it is. */
  get #isCommitted(): boolean {
    return this.#database.open && !this.#database.inTransaction;
  }
}

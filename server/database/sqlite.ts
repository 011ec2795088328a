import type Database from 'better-sqlite3';
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, type Dialect, type Kysely } from 'kysely';
import type { Statement } from '../chat/batch.ts';
import { SqliteFileDriver, type Opening } from './sqlite-driver.ts';

/**
 * An SQLite file of which the ORM reads here, and in which it writes in a thread of its own: a
 * commit takes as long as the disk does, or another process that holds the lock, and meanwhile all
 * others are answered. In a write-ahead log a reader waits for no writer, and sees what is committed.
 */
export class SqliteFile implements Dialect {
  readonly #opening: Opening;
  #reader: Database.Database | undefined;
  #driver: SqliteFileDriver | undefined;
  /** Is told of all that this process writes, ahead of whoever waits for it. */
  written: () => void = () => {};

  constructor(path: string, pragmas: string[]) {
    this.#opening = { path, pragmas };
  }

  /** The connection that reads, once the ORM has connected. */
  get reader(): Database.Database {
    if (!this.#reader) throw new Error('The database is not open.');
    return this.#reader;
  }

  /** Runs statements in one transaction, by one way to the thread and back: all of them, or none. Returns the rows of each. */
  together(statements: Statement[]): Promise<unknown[][]> {
    if (!this.#driver) throw new Error('The database is not open.');
    return this.#driver.together(
      statements.map(({ sql, parameters }) => ({
        sql,
        parameters: parameters.map((value) => (value instanceof Date ? value.getTime() : value)),
      })),
    );
  }

  createDriver(): SqliteFileDriver {
    return (this.#driver = new SqliteFileDriver(this.#opening, {
      opened: (reader) => (this.#reader = reader),
      written: () => this.written(),
    }));
  }

  createAdapter(): SqliteAdapter {
    return new Adapter();
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createIntrospector(kysely: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(kysely);
  }
}

/** Many may read at once; that one writes at a time is seen to by the driver. */
class Adapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

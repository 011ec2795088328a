import type Database from 'better-sqlite3';
import { type Dialect, type Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Statement } from '../chat/post-batch.ts';
import { type FileOptions, SqliteFileDriver } from './sqlite-driver.ts';

/**
 * An SQLite file. The ORM reads it in the main thread and writes in a second one, because a commit waits
 * for the disk, and for other processes that hold the lock: meanwhile the server answers other requests.
 * With a write-ahead log, a reader waits for no writer and sees committed data only.
 */
export class SqliteFile implements Dialect {
  readonly #options: FileOptions;
  #reader: Database.Database | undefined;
  #driver: SqliteFileDriver | undefined;
  /** Called when this process has written, before the promise of the writer resolves. */
  onWrite: () => void = () => {};

  constructor(path: string, pragmas: string[]) {
    this.#options = { path, pragmas };
  }

  /** The connection that reads. @throws before the ORM has connected */
  get reader(): Database.Database {
    if (!this.#reader) throw new Error('The database is not open.');
    return this.#reader;
  }

  /** Runs statements in one transaction, by one round trip to the thread. Returns the rows of each. */
  runInTransaction(statements: Statement[]): Promise<unknown[][]> {
    if (!this.#driver) throw new Error('The database is not open.');
    return this.#driver.runInTransaction(
      statements.map(({ sql, parameters }) => ({
        sql,
        parameters: parameters.map((value) => (value instanceof Date ? value.getTime() : value)),
      })),
    );
  }

  createDriver(): SqliteFileDriver {
    return (this.#driver = new SqliteFileDriver(this.#options, {
      onOpen: (reader) => (this.#reader = reader),
      onWrite: () => this.onWrite(),
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

/** Allows several connections at once. The driver lets one write at a time. */
class Adapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

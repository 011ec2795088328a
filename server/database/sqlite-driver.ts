import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';

/** What the writing thread is given at its start. */
export interface Opening {
  path: string;
  pragmas: string[];
}

/** A statement for it, ahead of which it may have to begin a transaction, and what it tells of it. */
export interface Asked {
  sql: string;
  parameters: readonly unknown[];
  begins: boolean;
}
/** Several, as a transaction of their own. */
export type Together = Pick<Asked, 'sql' | 'parameters'>[];
/** Of several, the rows are those of each. */
export type Told = QueryResult<unknown> | { error: { message: string; code: string | undefined } };

/** Who is told of what happens to the file. */
export interface Watcher {
  opened(reader: Database.Database): void;
  /** Something was written, of which whoever waits for it has not heard yet. */
  written(): void;
}

/** Reads here as long as no transaction is open; whatever else is asked goes to the thread. */
class Connection implements DatabaseConnection {
  /** While a transaction is open: lets the next one write. */
  release: (() => void) | undefined;
  /** Whether the thread is still to be told that it begins: it is with the first statement, for each way there and back takes time. */
  isDue = false;
  readonly #driver: SqliteFileDriver;

  constructor(driver: SqliteFileDriver) {
    this.#driver = driver;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    if (this.release) return this.ask<R>(sql, parameters);
    if (/^\s*select\b/i.test(sql))
      return { rows: this.#driver.reader.prepare<unknown[], R>(sql).all(...parameters) };
    const release = await this.#driver.writing();
    return this.#driver.ask<R>(sql, parameters).finally(release);
  }

  /** Has the thread run a statement of the transaction. */
  ask<R>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<R>> {
    const begins = this.isDue;
    this.isDue = false;
    return this.#driver.ask<R>(sql, parameters, begins);
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }
}

/** Holds the connection that reads and the thread that writes, for one after the other. */
export class SqliteFileDriver implements Driver {
  reader!: Database.Database;
  readonly #opening: Opening;
  readonly #watcher: Watcher;
  #thread!: Worker;
  /** Whoever waits for an answer of the thread: it answers one after the other. */
  readonly #waiting: PromiseWithResolvers<QueryResult<unknown>>[] = [];
  #free: Promise<void> = Promise.resolve();

  constructor(opening: Opening, watcher: Watcher) {
    this.#opening = opening;
    this.#watcher = watcher;
  }

  async init(): Promise<void> {
    this.#thread = new Worker(new URL('./sqlite-thread.ts', import.meta.url), { workerData: this.#opening });
    const opened = this.#wait();
    this.#thread.on('message', (told: Told) => this.#tell(told));
    this.#thread.on('error', (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
    await opened; // the file is made by now
    this.reader = new Database(this.#opening.path, { readonly: true });
    this.#watcher.opened(this.reader);
  }

  async acquireConnection(): Promise<Connection> {
    return new Connection(this);
  }

  async releaseConnection(connection: Connection): Promise<void> {
    connection.release?.();
  }

  async beginTransaction(connection: Connection): Promise<void> {
    connection.release = await this.writing();
    connection.isDue = true;
  }

  async commitTransaction(connection: Connection): Promise<void> {
    if (!connection.isDue) await connection.ask('commit');
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    if (!connection.isDue) await connection.ask('rollback');
  }

  async savepoint(connection: Connection, name: string): Promise<void> {
    await connection.ask(`savepoint "${name}"`);
  }

  async rollbackToSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.ask(`rollback to "${name}"`);
  }

  async releaseSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.ask(`release "${name}"`);
  }

  /** Waits until nobody else writes, and returns what lets the next one. */
  async writing(): Promise<() => void> {
    const before = this.#free;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#free = promise;
    await before;
    return resolve;
  }

  /** Has the thread run a statement. */
  ask<R>(sql: string, parameters: readonly unknown[] = [], begins = false): Promise<QueryResult<R>> {
    const answer = this.#wait();
    this.#thread.postMessage({ sql, parameters, begins } satisfies Asked);
    return answer as Promise<QueryResult<R>>;
  }

  /** Has the thread run statements as a transaction. Returns the rows of each. */
  async together(statements: Together): Promise<unknown[][]> {
    const release = await this.writing();
    const answer = this.#wait();
    this.#thread.postMessage(statements);
    return (await answer.finally(release)).rows as unknown[][];
  }

  async destroy(): Promise<void> {
    const ended = new Promise((resolve) => this.#thread.once('exit', resolve));
    this.reader.close();
    this.#thread.ref();
    this.#thread.postMessage('close');
    await ended;
  }

  /** The thread keeps the process running for as long as somebody waits for it. */
  #wait(): Promise<QueryResult<unknown>> {
    const waiting = Promise.withResolvers<QueryResult<unknown>>();
    this.#waiting.push(waiting);
    this.#thread.ref();
    return waiting.promise;
  }

  #tell(told: Told): void {
    this.#watcher.written();
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#thread.unref();
    if ('error' in told)
      waiting?.reject(Object.assign(new Error(told.error.message), { code: told.error.code }));
    else waiting?.resolve(told);
  }
}

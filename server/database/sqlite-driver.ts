import Database from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { Worker } from 'node:worker_threads';
import { KeptStatements } from './kept-statements.ts';
import { noteDuration } from './slow-statements.ts';
import { WriteLock } from './write-lock.ts';

/** The data that the writing thread starts with. */
export interface FileOptions {
  path: string;
  pragmas: string[];
}

export interface StatementRequest {
  sql: string;
  parameters: readonly unknown[];
  /** Whether the thread begins a transaction first. */
  begins: boolean;
}
/** Statements that the thread runs in one transaction. */
export type StatementBatch = Pick<StatementRequest, 'sql' | 'parameters'>[];
/** The thread's reply. For a batch, `rows` holds the rows of each statement. */
export type ThreadReply = QueryResult<unknown> | { error: { message: string; code: string | undefined } };

export interface FileHandlers {
  onOpen(reader: Database.Database): void;
  /** Called after each statement of the thread, before the promise of its caller resolves. */
  onWrite(): void;
}

/** Outside a transaction, it reads in this thread. All other statements go to the writing thread. */
class Connection implements DatabaseConnection {
  /** Set while a transaction is open; lets the next one begin. */
  release: (() => void) | undefined;
  /** BEGIN travels with the first statement, to save a round trip. */
  isBeginPending = false;
  readonly #driver: SqliteFileDriver;

  constructor(driver: SqliteFileDriver) {
    this.#driver = driver;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    if (this.release) return this.run<R>(sql, parameters);
    if (/^\s*select\b/i.test(sql)) {
      const begun = performance.now();
      const rows = this.#driver.statements.prepareBound<R>(sql, parameters).all(...parameters);
      noteDuration(sql, begun);
      return { rows };
    }
    const release = await this.#driver.lockForWriting();
    return this.#driver.run<R>(sql, parameters).finally(release);
  }

  /** Runs a statement of the transaction in the thread. */
  run<R>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<R>> {
    const begins = this.isBeginPending;
    this.isBeginPending = false;
    return this.#driver.run<R>(sql, parameters, begins);
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }
}

/** Owns the connection that reads and the thread that writes. One transaction writes at a time. */
export class SqliteFileDriver implements Driver {
  reader!: Database.Database;
  /** Those of the connection that reads. */
  statements!: KeptStatements;
  readonly #options: FileOptions;
  readonly #handlers: FileHandlers;
  #thread!: Worker;
  #isOpen = false;
  /** The callers that wait for a reply of the thread, which replies in order. */
  readonly #waiting: PromiseWithResolvers<QueryResult<unknown>>[] = [];
  readonly #lock = new WriteLock();

  constructor(options: FileOptions, handlers: FileHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  async init(): Promise<void> {
    this.#thread = new Worker(new URL('./sqlite-thread.ts', import.meta.url), { workerData: this.#options });
    const opened = this.#nextReply();
    this.#thread.on('message', (reply: ThreadReply) => this.#settle(reply));
    let error: Error | undefined;
    this.#thread.on('error', (thrown) => (error = thrown));
    this.#thread.on('exit', () => this.#end(error));
    await opened; // the thread has created the file by now
    this.#isOpen = true;
    this.reader = new Database(this.#options.path, { readonly: true });
    this.statements = new KeptStatements(this.reader);
    this.#handlers.onOpen(this.reader);
  }

  async acquireConnection(): Promise<Connection> {
    return new Connection(this);
  }

  async releaseConnection(connection: Connection): Promise<void> {
    connection.release?.();
  }

  async beginTransaction(connection: Connection): Promise<void> {
    connection.release = await this.lockForWriting();
    connection.isBeginPending = true;
  }

  async commitTransaction(connection: Connection): Promise<void> {
    if (!connection.isBeginPending) await connection.run('commit');
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    if (!connection.isBeginPending) await connection.run('rollback');
  }

  async savepoint(connection: Connection, name: string): Promise<void> {
    await connection.run(`savepoint "${name}"`);
  }

  async rollbackToSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.run(`rollback to "${name}"`);
  }

  async releaseSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.run(`release "${name}"`);
  }

  /** Waits until no other transaction writes. Returns the function that lets the next one begin. */
  lockForWriting(): Promise<() => void> {
    return this.#lock.take();
  }

  /** Runs a statement in the thread. */
  run<R>(sql: string, parameters: readonly unknown[] = [], begins = false): Promise<QueryResult<R>> {
    const begun = performance.now();
    const reply = this.#nextReply().finally(() => noteDuration(sql, begun));
    this.#thread.postMessage({ sql, parameters, begins } satisfies StatementRequest);
    return reply as Promise<QueryResult<R>>;
  }

  /** Runs statements in one transaction, ahead of others that wait. Returns the rows of each. */
  async runInTransaction(statements: StatementBatch): Promise<unknown[][]> {
    const release = await this.#lock.take('first');
    const begun = performance.now();
    const reply = this.#nextReply();
    this.#thread.postMessage(statements);
    const { rows } = await reply.finally(release);
    noteDuration(statements[0]?.sql ?? '', begun);
    return rows as unknown[][];
  }

  /**
   * The thread has ended. Unless that was asked for, nothing can be stored any more, and callers would wait
   * for ever: the process ends, so that whatever runs it starts it again.
   */
  #end(error = new Error('The thread that writes to the database has ended.')): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    if (!this.#isOpen) return;
    console.error(error);
    process.exit(1);
  }

  async destroy(): Promise<void> {
    this.#isOpen = false;
    const ended = new Promise((resolve) => this.#thread.once('exit', resolve));
    this.reader.close();
    this.#thread.ref();
    this.#thread.postMessage('close');
    await ended;
  }

  /** Keeps the process alive until the thread has replied. */
  #nextReply(): Promise<QueryResult<unknown>> {
    const waiting = Promise.withResolvers<QueryResult<unknown>>();
    this.#waiting.push(waiting);
    this.#thread.ref();
    return waiting.promise;
  }

  #settle(reply: ThreadReply): void {
    this.#handlers.onWrite();
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#thread.unref();
    if ('error' in reply)
      waiting?.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }));
    else waiting?.resolve(reply);
  }
}

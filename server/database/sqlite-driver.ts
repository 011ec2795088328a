import Database from 'better-sqlite3';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { KeptStatements } from './kept-statements.ts';
import { noteDuration } from './slow-statements.ts';

export interface FileOptions {
  path: string;
  pragmas: string[];
}

/** The data that the writing thread starts with. */
export interface ThreadOptions extends FileOptions {
  /** Where it gets statements and replies to them. */
  port: MessagePort;
  /** How many replies it has sent, in one element. */
  replies: Int32Array<SharedArrayBuffer>;
}

/** A statement of a transaction takes the thread some 20 µs: shorter than a turn of the event loop, while which all others who write would wait. Milliseconds. */
const WAIT_MS = 2;

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
    if (this.release) return this.runInTransaction<R>(sql, parameters);
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
  runInTransaction<R>(sql: string, parameters?: readonly unknown[]): Promise<QueryResult<R>> {
    const begins = this.isBeginPending;
    this.isBeginPending = false;
    const reply = this.#driver.run<R>(sql, parameters, begins);
    this.#driver.awaitReply();
    return reply;
  }

  /** Ends the transaction: the disk takes longer than others should wait. */
  end(sql: 'commit' | 'rollback'): Promise<unknown> {
    return this.isBeginPending ? Promise.resolve() : this.#driver.run(sql);
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
  #port!: MessagePort;
  readonly #replies = new Int32Array(new SharedArrayBuffer(4));
  #isOpen = false;
  /** The callers that wait for a reply of the thread, which replies in order. */
  readonly #waiting: PromiseWithResolvers<QueryResult<unknown>>[] = [];
  /** How many replies there will have been when nobody waits. */
  #asked = 0;
  /** Resolves when the last transaction in the queue ends. */
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(options: FileOptions, handlers: FileHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  async init(): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    const workerData: ThreadOptions = { ...this.#options, port: port2, replies: this.#replies };
    const url = new URL('./sqlite-thread.ts', import.meta.url);
    this.#thread = new Worker(url, { workerData, transferList: [port2] });
    this.#port = port1;
    const opened = this.#nextReply();
    port1.on('message', (reply: ThreadReply) => this.#settle(reply));
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
    await connection.end('commit');
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    await connection.end('rollback');
  }

  async savepoint(connection: Connection, name: string): Promise<void> {
    await connection.runInTransaction(`savepoint "${name}"`);
  }

  async rollbackToSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.runInTransaction(`rollback to "${name}"`);
  }

  async releaseSavepoint(connection: Connection, name: string): Promise<void> {
    await connection.runInTransaction(`release "${name}"`);
  }

  /** Waits until no other transaction writes. Returns the function that lets the next one begin. */
  async lockForWriting(): Promise<() => void> {
    const before = this.#lastWrite;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastWrite = promise;
    await before;
    return resolve;
  }

  /** Runs a statement in the thread. */
  run<R>(sql: string, parameters: readonly unknown[] = [], begins = false): Promise<QueryResult<R>> {
    const begun = performance.now();
    const reply = this.#nextReply().finally(() => noteDuration(sql, begun));
    this.#port.postMessage({ sql, parameters, begins } satisfies StatementRequest);
    return reply as Promise<QueryResult<R>>;
  }

  /** Takes the reply to the last statement as soon as it is there, if that is soon; else it comes as a message. */
  awaitReply(): void {
    const answered = (this.#asked - this.#waiting.length) | 0; // goes round as the counter does
    Atomics.wait(this.#replies, 0, answered, WAIT_MS);
    const received = receiveMessageOnPort(this.#port) as { message: ThreadReply } | undefined;
    if (received) this.#settle(received.message);
  }

  /** Runs statements in one transaction. Returns the rows of each. */
  async runInTransaction(statements: StatementBatch): Promise<unknown[][]> {
    const release = await this.lockForWriting();
    const begun = performance.now();
    const reply = this.#nextReply();
    this.#port.postMessage(statements);
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
    this.#port.postMessage('close');
    await ended;
  }

  /** Keeps the process alive until the thread has replied. */
  #nextReply(): Promise<QueryResult<unknown>> {
    const waiting = Promise.withResolvers<QueryResult<unknown>>();
    this.#waiting.push(waiting);
    this.#asked += 1;
    this.#thread.ref();
    this.#port.ref();
    return waiting.promise;
  }

  #settle(reply: ThreadReply): void {
    this.#handlers.onWrite();
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) {
      this.#thread.unref();
      this.#port.unref();
    }
    if ('error' in reply)
      waiting?.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }));
    else waiting?.resolve(reply);
  }
}

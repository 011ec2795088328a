import { Client, type ClientConfig } from 'pg';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Pause before a lost connection is opened again, in milliseconds. */
const RETRY_MS = 500;
/** The connection is checked this often, and counts as lost if no answer comes within `ANSWER_MS`: together less than two seconds. */
const CHECK_MS = 400;
const ANSWER_MS = 1300;

interface Handlers {
  /** Receives the payload of each notification. */
  onMessage(payload: string): void;
  /** Called whenever the connection begins to listen: earlier notifications may have been missed. */
  onListening(): void;
  /** Called when the database does not answer, or cannot be connected to, and until then could. */
  onOutage(): void;
}

/** A connection to PostgreSQL that receives the notifications of a channel, and reconnects by itself. */
export class PostgresListener {
  readonly #options: ClientConfig;
  readonly #channel: string;
  #handlers!: Handlers;
  #client: Client | undefined;
  #check: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isOut = false;
  #lastQuery: Promise<void> = Promise.resolve();
  /** The next query, while it waits for the last one: all callers until then share it. */
  #nextQuery: Promise<void> | undefined;

  constructor(options: ClientConfig, channel: string) {
    this.#options = { ...options, connectionTimeoutMillis: ANSWER_MS };
    this.#channel = channel;
  }

  get isListening(): boolean {
    return this.#client !== undefined;
  }

  /** Begins to listen. @throws if it cannot connect */
  async open(handlers: Handlers): Promise<void> {
    this.#handlers = handlers;
    await this.#connect();
    this.#check = setInterval(() => void this.settled(), CHECK_MS).unref();
  }

  /**
   * Returns once the notifications of all earlier commits have arrived: PostgreSQL sends them ahead of the
   * answer to the next query. Returns at once while there is no connection.
   */
  settled(): Promise<void> {
    this.#nextQuery ??= this.#lastQuery.then(() => {
      this.#nextQuery = undefined; // later callers may have committed after this query
      return (this.#lastQuery = this.#query());
    });
    return this.#nextQuery;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#check);
    const client = this.#client;
    this.#client = undefined;
    if (client) await answersInTime(client.end());
  }

  async #connect(): Promise<void> {
    const client = new Client(this.#options);
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    client.on('notification', ({ payload = '' }) => this.#handlers.onMessage(payload));
    try {
      await client.connect();
      const listening = client.query(`listen ${this.#channel}`);
      if (!(await answersInTime(listening))) {
        cut(client);
        await listening;
      }
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    if (this.#isClosed) return client.end();
    this.#client = client;
    this.#isOut = false;
    this.#handlers.onListening();
  }

  async #query(): Promise<void> {
    const client = this.#client;
    if (!client) return;
    if (await answersInTime(client.query('select 1').catch(() => this.#lose(client)))) return;
    this.#lose(client);
    cut(client);
    this.#noteOutage();
  }

  #lose(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => {});
    this.#reconnect();
  }

  #reconnect(): void {
    if (this.#isClosed) return;
    void this.#connect().catch(() => {
      this.#noteOutage();
      setTimeout(() => this.#reconnect(), RETRY_MS).unref();
    });
  }

  #noteOutage(): void {
    if (this.#isOut || this.#isClosed) return;
    this.#isOut = true;
    this.#handlers.onOutage();
  }
}

/** Ends a connection that does not answer, without a farewell. */
function cut(client: Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** Whether the answer comes within `ANSWER_MS`, not counting the time in which this process stood still. @throws as the answer */
async function answersInTime(answer: Promise<unknown>): Promise<boolean> {
  const begun = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWER_MS).unref();
  });
  const arrived = answer.then(() => true as const);
  try {
    if (await Promise.race([arrived, late])) return true;
    // If the process stood still, the answer may be here already, but unread.
    const stalled = performance.now() - begun > ANSWER_MS + 200;
    const rest = stalled ? new Promise<false>((resolve) => setTimeout(resolve, RETRY_MS, false)) : readOn();
    return await Promise.race([arrived, rest]);
  } finally {
    clearTimeout(timer);
    arrived.catch(() => {});
  }
}

/** Waits until what has arrived meanwhile is read. */
async function readOn(): Promise<false> {
  for (let turns = 0; turns < 3; turns += 1) await nextTurn();
  return false;
}

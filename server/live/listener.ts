import { Client, type ClientConfig } from 'pg';

/** A connection that was lost is tried again after so long, in milliseconds. */
const RETRY_MS = 500;
/** It is asked so often whether it is still there, and is lost where there is no answer within the next. */
const BEAT_MS = 1000;
const ANSWER_MS = 3000;

/** What a listener needs: how to connect, and whom to tell. */
interface Listening {
  options: ClientConfig;
  channel: string;
  heard(payload: string): void;
  /** It listens, from now on: what was told before may have been missed. */
  began(): void;
}

/** A connection to PostgreSQL that hears what is told of, and comes back by itself. */
export class Listener {
  readonly #listening: Listening;
  #client: Client | undefined;
  #beat: NodeJS.Timeout | undefined;
  #isClosed = false;
  #asking: Promise<void> = Promise.resolve();
  #asked: Promise<void> | undefined;

  constructor(listening: Listening) {
    this.#listening = listening;
  }

  get isListening(): boolean {
    return this.#client !== undefined;
  }

  /** Begins to listen. @throws where there is no connection */
  async open(): Promise<void> {
    await this.#connect();
    this.#beat = setInterval(() => void this.settled(), BEAT_MS).unref();
  }

  /**
   * Returns when all has been heard that was committed before: the database tells it ahead of the
   * answer to whatever is asked next. At once where it does not listen.
   */
  settled(): Promise<void> {
    this.#asked ??= this.#asking.then(() => {
      this.#asked = undefined; // whoever comes from now on may have committed since
      return (this.#asking = this.#ask());
    });
    return this.#asked;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#beat);
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  async #connect(): Promise<void> {
    const { options, channel, heard, began } = this.#listening;
    const client = new Client({ ...options, query_timeout: ANSWER_MS });
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    client.on('notification', ({ payload = '' }) => heard(payload));
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
    if (this.#isClosed) return client.end();
    this.#client = client;
    began();
  }

  async #ask(): Promise<void> {
    const client = this.#client;
    await client?.query('select 1').catch(() => this.#lose(client));
  }

  #lose(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => {});
    this.#connectLater();
  }

  #connectLater(): void {
    setTimeout(() => {
      if (this.#isClosed) return;
      void this.#connect().catch(() => this.#connectLater());
    }, RETRY_MS).unref();
  }
}

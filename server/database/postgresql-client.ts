import { Client } from 'pg';
import { noteDuration } from './slow-statements.ts';

/** A class of connections that can be cut all at once: what waits for one of them fails at once, as new ones do. */
export type Connections = typeof PooledClient;

interface State {
  open: Set<PooledClient>;
  isRefused: boolean;
}

/** What is not in the types of the package. */
interface Wire {
  connection: { stream: { destroy(): void }; once(event: 'end', listener: () => void): void };
}

class PooledClient extends Client {
  static state: State;

  /** Cuts all connections and refuses new ones, or allows them again. */
  static refuse(isRefused: boolean): void {
    this.state.isRefused = isRefused;
    if (isRefused) for (const client of this.state.open) client.cut();
  }

  override connect(): Promise<Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<Client> | void {
    const { open, isRefused } = this.#state;
    if (isRefused) {
      const error = new Error('Connection terminated: the database does not answer');
      return callback ? process.nextTick(callback, error) : Promise.reject(error);
    }
    open.add(this);
    this.once('end', () => open.delete(this));
    this.#wire.connection.once('end', () => open.delete(this)); // of one that never was connected
    return callback ? super.connect(callback) : super.connect();
  }

  /** @param given as those of `query`, which has many shapes */
  timedQuery(...given: unknown[]): unknown {
    const begun = performance.now();
    const [query] = given;
    const sql = typeof query === 'string' ? query : ((query as { text?: string }).text ?? '');
    const note = () => noteDuration(sql, begun);
    const callback = given.at(-1);
    if (typeof callback === 'function')
      given[given.length - 1] = (...outcome: unknown[]) => {
        note();
        (callback as (...outcome: unknown[]) => void)(...outcome);
      };
    const answer: unknown = Reflect.apply(super.query as (...all: unknown[]) => unknown, this, given);
    if (answer instanceof Promise) answer.then(note, note);
    return answer;
  }

  cut(): void {
    this.#state.open.delete(this);
    this.#wire.connection.stream.destroy();
  }

  get #state(): State {
    return (this.constructor as Connections).state;
  }

  get #wire(): Wire {
    const { connection } = this as unknown as Wire;
    return { connection };
  }
}
PooledClient.prototype.query = PooledClient.prototype.timedQuery as Client['query'];

/** Returns a class for the connections of one pool. */
export function connections(): Connections {
  return class extends PooledClient {
    static override state: State = { open: new Set(), isRefused: false };
  };
}

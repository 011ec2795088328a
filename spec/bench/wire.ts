import { connect, type Socket } from 'node:net';

/** What came back. */
export interface Told {
  status: number;
  text: string;
  location?: string | undefined;
}

/**
 * A connection that stays open, with as little work for each request as can be: a thousand people
 * have to fit into one process beside the server that is measured.
 */
export class Wire {
  readonly #socket: Socket;
  #received = '';
  #waiting: ((told: Told) => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(base: string) {
    const { hostname, port } = new URL(base);
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.setEncoding('latin1').on('data', (chunk: string) => this.#receive(chunk));
    this.#socket
      .on('error', () => this.#waiting?.({ status: 0, text: '' }))
      .on('close', () => this.#waiting?.({ status: 0, text: '' }));
  }

  /** Sends a request, as it is written, when the one before it is answered. */
  ask(request: string): Promise<Told> {
    const told = this.#queue.then(
      () =>
        new Promise<Told>((resolve) => {
          this.#waiting = resolve;
          if (!this.#socket.write(request) && this.#socket.destroyed) resolve({ status: 0, text: '' });
        }),
    );
    this.#queue = told;
    return told;
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: string): void {
    this.#received += chunk;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const text = this.#received.slice(end + 4, end + 4 + length);
    this.#received = this.#received.slice(end + 4 + length);
    const [, location] = /^location: (.*)$/im.exec(head) ?? [];
    this.#waiting?.({ status: Number(head.slice(9, 12)), text, location });
  }
}

import { connect, type Socket } from 'node:net';

/** What came back. The status is 0 if the connection ended first. */
export interface Answer {
  status: number;
  head: string;
  body: Buffer;
}

/** As nginx does: so many connections stay open without a request, and each for so long. */
const KEPT = 64;
const KEPT_MS = 60_000;
const EMPTY = Buffer.alloc(0);
const GONE: Answer = { status: 0, head: '', body: EMPTY };

/** The connections of a proxy to a server: one request at a time on each, and a new one if all are busy. */
export class Line {
  /** The most connections at a time. */
  most = 0;
  readonly #host: string;
  readonly #port: number;
  readonly #idle: Connection[] = [];
  #open = 0;

  constructor(base: string) {
    const { hostname, port } = new URL(base);
    this.#host = hostname;
    this.#port = Number(port);
  }

  /** Sends a request as it is written. */
  async ask(request: string | Buffer): Promise<Answer> {
    const connection = this.#take();
    const answer = await connection.ask(request);
    if (answer.status !== 0 && !/\r\nconnection: close/i.test(answer.head) && this.#idle.length < KEPT)
      this.#idle.push(connection);
    else connection.close();
    return answer;
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
  }

  #take(): Connection {
    for (;;) {
      const kept = this.#idle.pop(); // the latest one, so that others grow old
      if (!kept) break;
      if (kept.isOpen && performance.now() - kept.usedAt < KEPT_MS) return kept;
      kept.close();
    }
    this.#open += 1;
    this.most = Math.max(this.most, this.#open);
    return new Connection(connect({ host: this.#host, port: this.#port, noDelay: true }), () => {
      this.#open -= 1;
    });
  }
}

class Connection {
  isOpen = true;
  usedAt = 0;
  readonly #socket: Socket;
  #received: Buffer = EMPTY;
  #waiting: ((answer: Answer) => void) | undefined;

  constructor(socket: Socket, onClose: () => void) {
    this.#socket = socket;
    socket
      .on('data', (bytes) => this.#receive(bytes))
      .on('error', () => {})
      .on('close', () => {
        this.isOpen = false;
        onClose();
        this.#waiting?.(GONE);
      });
  }

  ask(request: string | Buffer): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting = resolve;
    this.#socket.write(request);
    return promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Buffer): void {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, bytes]) : bytes;
    const answer = answerIn(this.#received);
    if (!answer || !this.#waiting) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#received = EMPTY;
    this.usedAt = performance.now();
    waiting(answer);
  }
}

/** The whole answer; undefined while some of it is still on its way. */
function answerIn(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  if (status === 204 || status === 304) return { status, head, body: EMPTY };
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    const body = chunksIn(bytes, end + 4);
    return body && { status, head, body };
  }
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  return { status, head, body: bytes.subarray(end + 4, end + 4 + length) };
}

function chunksIn(bytes: Buffer, start: number): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const length = parseInt(bytes.toString('latin1', at, line), 16);
    if (bytes.length < line + 2 + length + 2) return undefined;
    if (length === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
}

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { answerInWords } from './broken-requests.ts';

/**
 * Not by an import: that reads every export of the module, and one of them loads Node's HTTP client, 14 MB
 * and 35 ms of CPU.
 */
const { createServer } = process.getBuiltinModule('node:http');

/** How long a connection may last, in milliseconds. Specs shorten it. */
export interface ConnectionTimes {
  /** Without any movement, while the server waits for the client. */
  idleMs: number;
  /** Between two requests. */
  keepAliveMs: number;
}

/** nginx keeps an idle connection to us for 60 s, so we keep it for longer: else nginx could send on a closed one. */
export const CONNECTION_TIMES: ConnectionTimes = { idleMs: 60_000, keepAliveMs: 65_000 };
/** How many parts the time without movement has. */
const PARTS = 3;
/** The whole of a request may take this long: the largest file, 8 MiB, at 4 kB/s. */
const REQUEST_MS = 2_100_000;
/** A client that was refused gets this long to take its answers. */
const REFUSED_MS = 5000;
/** A browser sends one request after another on a connection. Some older clients send a few in advance. */
const MOST_OF_SOCKET = 4;
/** Requests that are ignored after a refusal. Node parses all that came in one piece, and keeps each in memory. */
const MOST_IGNORED = 1000;
const TOO_MANY = 'Too many requests at once. Wait 1 second, then try again.';

/** Creates the HTTP server. It lets go of a client that neither sends nor takes anything. */
export function createHttpServer(listener: RequestListener, times = CONNECTION_TIMES): Server {
  const { idleMs, keepAliveMs } = times;
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: keepAliveMs + 1000, requestTimeout: REQUEST_MS },
    listener,
  );
  // In parts, because Node takes a write that has begun for progress once, and would wait for twice the time.
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
    answerInWords(socket, error.code),
  );
  const partMs = idleMs / PARTS;
  server.setTimeout(partMs, (socket) => {
    const connection = connectionOf(socket);
    if (connection.isAnswerDue(socket)) return; // the answer sets the timeout again
    if (connection.isOver(socket, partMs)) connection.letGo(socket);
    else socket.setTimeout(partMs);
  });
  return server;
}

/** The requests of one socket. */
class Connection {
  /** Requests without a complete answer, except polls that were answered from memory. */
  #inFlight = 0;
  #latest: IncomingMessage | undefined;
  #isRefused = false;
  #ignored = 0;
  /** For how many parts of its time the socket has not moved, until when, by `performance.now()`, and the bytes that had moved. */
  #still = { parts: 0, at: -Infinity, bytes: 0 };
  /** What to call once a response is sent. */
  #ends: Map<ServerResponse, (() => void)[]> | undefined;

  /** Counts a request. Returns false if it is one too many. */
  begin(request: IncomingMessage): boolean {
    if (this.#isRefused || this.#inFlight >= MOST_OF_SOCKET) return false;
    this.#latest = request;
    this.#inFlight += 1;
    return true;
  }

  end(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#latest = undefined;
  }

  /** Calls `end` once the response is sent, or the socket has closed. A response that waits for an earlier one hears nothing of that. */
  whenOver(response: ServerResponse, end: () => void): void {
    const ends = (this.#ends ??= new Map<ServerResponse, (() => void)[]>());
    const known = ends.get(response);
    if (known) return void known.push(end);
    ends.set(response, [end]);
    response.once('close', () => this.#over(response));
  }

  /** The socket has closed. */
  close(): void {
    for (const response of this.#ends?.keys() ?? []) this.#over(response);
  }

  #over(response: ServerResponse): void {
    const ends = this.#ends?.get(response) ?? [];
    this.#ends?.delete(response);
    for (const end of ends) end();
  }

  /** Answers 503 and ends the connection after it. Ignores all further requests. */
  refuse(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (this.#isRefused) {
      this.#ignored += 1;
      socket.pause();
      if (this.#ignored > MOST_IGNORED) socket.destroy();
      return;
    }
    this.#isRefused = true;
    socket.setTimeout(REFUSED_MS);
    const { headers, body } = tooMany(request);
    response.writeHead(503, headers).end(body);
  }

  /** Ends the connection; in words, where a request has stopped on its way and nothing is answered yet. */
  letGo(socket: Socket): void {
    const isCut = this.#latest?.complete === false && !this.#isRefused;
    if (isCut) answerInWords(socket, 'ERR_HTTP_REQUEST_TIMEOUT');
    else socket.destroy();
  }

  /** Whether the client waits for us: it has sent its requests, and taken all that was sent. */
  isAnswerDue(socket: Socket): boolean {
    const isComplete = this.#latest?.complete === true;
    return this.#inFlight > 0 && isComplete && socket.writableLength === 0 && !this.#isRefused;
  }

  /** Called when the socket has not moved for its timeout. Returns whether its time is over. */
  isOver(socket: Socket, partMs: number): boolean {
    if (this.#isRefused || socket.timeout !== partMs) return true; // the timeout of a refused or an idle connection
    const [at, bytes] = [performance.now(), socket.bytesRead + socket.bytesWritten - socket.writableLength];
    const isOneMore = bytes === this.#still.bytes && at - this.#still.at < 1.5 * partMs;
    this.#still = { parts: isOneMore ? this.#still.parts + 1 : 1, at, bytes };
    return this.#still.parts >= PARTS;
  }
}

/** The answer 503 to a request too many: JSON for a script, else text, because a page would cost too much. The connection ends with it. */
export function tooMany({ url = '', headers: { accept, 'content-type': type } }: IncomingMessage) {
  const isScript = url.startsWith('/poll') || [accept, type].some((one) => one?.includes('json'));
  const body = isScript ? JSON.stringify({ error: { message: TOO_MANY } }) : `${TOO_MANY}\n`;
  const headers = {
    'Content-Type': `${isScript ? 'application/json' : 'text/plain'}; charset=utf-8`,
    'Content-Length': String(body.length),
    'Retry-After': '1',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    Connection: 'close',
  };
  return { headers, body };
}

const CONNECTION = Symbol('connection');

/** A property of the socket, because every poll needs it. */
export function connectionOf(socket: Socket & { [CONNECTION]?: Connection }): Connection {
  const known = socket[CONNECTION];
  if (known) return known;
  const connection = new Connection();
  socket[CONNECTION] = connection;
  socket.once('close', () => connection.close());
  return connection;
}

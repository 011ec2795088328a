import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Awaitable, chain } from './chain.ts';
import { connectionOf } from './connections.ts';
import type { InFlight } from './in-flight.ts';

/** What the fast path did for a request before it passed the request on to the middleware. */
export interface Early {
  /** The body, if the fast path has read it. */
  body?: Buffer;
  /** Whether the fast path has consumed from the rate limit `post`. */
  isCounted?: boolean;
}

const EARLY = Symbol('early');
const NOTHING_DONE: Early = {};

export const earlyOf = (request: IncomingMessage & { [EARLY]?: Early }): Early =>
  request[EARLY] ?? NOTHING_DONE;

/** An endpoint of the fast path. Returns true if it has answered; else the request goes on to the middleware. */
export type FastPath = (
  request: IncomingMessage,
  response: ServerResponse,
) => Awaitable<true | Early | false>;

/** Receives how long the answers of the fast path took. */
export interface Timing {
  /** Returns whether to time this poll. */
  countPoll(): boolean;
  observePoll(ms: number): void;
  observePost(ms: number): void;
}

interface Endpoints {
  polls: FastPath;
  posts: FastPath;
  middleware: RequestListener;
}

interface Bounds {
  inFlight: InFlight;
  /** Returns the session cookie, unchecked. */
  sessionIn(request: IncomingMessage): string | undefined;
}

/**
 * Begins one request in each turn of the event loop. Else all that arrived together would be done in one
 * piece, with polls waiting behind it, and none would ever be under way beside another.
 */
class Turns {
  readonly #waiting: (() => void)[] = [];

  add(begin: () => void): void {
    if (this.#waiting.push(begin) === 1) setImmediate(this.#next);
  }

  readonly #next = (): void => {
    const begin = this.#waiting.shift();
    if (this.#waiting.length > 0) setImmediate(this.#next);
    begin?.();
  };
}

/**
 * The server's request listener: the endpoints of the fast path first, then the middleware. It bounds the
 * requests under way of a socket and of a session before any work is done for them; `middleware/reading.ts`
 * bounds those of a user. Polls that are answered synchronously do not count.
 */
export function liveListener(
  { polls, posts, middleware }: Endpoints,
  { inFlight, sessionIn }: Bounds,
  timing: Timing,
): RequestListener {
  const turns = new Turns();
  return (request, response) => {
    const isTimed = request.url?.startsWith('/poll') && timing.countPoll();
    const begun = isTimed || request.method === 'POST' ? performance.now() : 0;
    const connection = connectionOf(request.socket);
    if (!connection.begin(request)) return connection.refuse(request, response);
    const poll = polls(request, response);
    if (poll === true) {
      connection.end();
      if (isTimed) timing.observePoll(performance.now() - begun);
      return;
    }
    connection.whenOver(response, () => connection.end());
    void chain(poll || posts(request, response), (result) => {
      if (result !== true) {
        if (result) (request as { [EARLY]?: Early })[EARLY] = result;
        const session = sessionIn(request);
        if (session && !inFlight.begin(`session ${session}`, request, response))
          return connection.refuse(request, response);
        return turns.add(() => request.socket.destroyed || middleware(request, response));
      }
      if (isTimed) timing.observePoll(performance.now() - begun);
      if (request.method === 'POST') timing.observePost(performance.now() - begun);
    });
  };
}

import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Refusal, Unavailable } from '../chat/errors.ts';

/** How often a stream looks for new entries, in milliseconds. */
const LOOK_MS = 1000;
/** Without new entries, a comment is sent this often: a proxy could take a silent connection for dead. */
const BEAT_MS = 15_000;
/** A stream ends after this long. */
export const LONGEST_MS = 1_800_000;
const TOO_LONG = 'It ends after half an hour.';
/** Open streams of one user; one more ends the oldest. */
const MOST_OF_USER = 3;
/** Open streams of all users; one more is refused, unless a user has several and another none. */
const MOST_STREAMS = 100;
/** Some browsers and proxies show nothing of a page until they have received this much of it. */
const PADDING = `<!--${' '.repeat(1024)}-->\n`;

/** A page that stays open, as HTML. */
export interface OpenPage {
  begin: string;
  /** Returns the new entries; '' if there are none. @throws Refusal if the user may not read the room any more */
  more(): Promise<string>;
  /** The end of the page, with the reason why it ends. */
  end(why: string): string;
  clock(): Date;
}

/** All streams are in use, by others who have one each. */
export class TooManyStreams extends Unavailable {
  override readonly code = 'rate-limited';
  readonly retryAfter = 60;
  constructor() {
    super(
      'Too many live views are open at the moment. Try again in a minute, or check for new messages in the room.',
    );
  }
}

interface Log {
  error(error: unknown): void;
}

/** The live views that stay open: each sends new entries until it ends. */
export class Streams {
  readonly #log: Log;
  readonly #most: number;
  readonly #longestMs: number;
  /** The user of each open stream. The oldest stream is first. */
  readonly #open = new Map<AbortController, number>();

  /** @param most open streams of all users @param longestMs when a stream ends, also if its reader takes nothing */
  constructor(log: Log, most = MOST_STREAMS, longestMs = LONGEST_MS) {
    this.#log = log;
    this.#most = most;
    this.#longestMs = longestMs;
  }

  /** Opens a stream for a user. @throws TooManyStreams */
  open(userId: number, page: OpenPage): Readable {
    const ofUser = [...this.#open].filter(([, owner]) => owner === userId);
    if (ofUser.length >= MOST_OF_USER)
      this.#end(
        ofUser[0]![0],
        `You can have ${MOST_OF_USER} live views open at a time, and have opened another.`,
      );
    if (this.#open.size >= this.#most && ofUser.length === 0) this.#endOneOfMany();
    if (this.#open.size >= this.#most) throw new TooManyStreams();
    const controller = new AbortController();
    this.#open.set(controller, userId);
    // While the reader takes nothing, `parts` is held at a `yield`, and does not see the time.
    const timer = setTimeout(() => this.#end(controller, TOO_LONG), this.#longestMs).unref();
    const stream = new PassThrough().once('close', () => {
      clearTimeout(timer);
      this.#end(controller, '');
    });
    pipeline(parts(page, controller.signal, this.#log), stream).catch(() => {}); // `parts` reports its errors; a client that hangs up is no error
    return stream;
  }

  /** Gives a place of the user with the most streams to one who has none: users who open several must not hold all. */
  #endOneOfMany(): void {
    const byUser = Map.groupBy(this.#open.keys(), (controller) => this.#open.get(controller)!);
    const [most] = [...byUser.values()].toSorted((a, b) => b.length - a.length);
    if (most && most.length > 1)
      this.#end(most[0]!, 'Many live views are open, and you had several. The others stay.');
  }

  /** Ends all streams, because the server stops. */
  close(): void {
    for (const controller of this.#open.keys()) this.#end(controller, 'The server is being restarted.');
  }

  #end(controller: AbortController, why: string): void {
    this.#open.delete(controller);
    controller.abort(why);
  }
}

async function* parts(
  { begin, more, end, clock }: OpenPage,
  signal: AbortSignal,
  log: Log,
): AsyncGenerator<string> {
  const until = clock().getTime() + LONGEST_MS;
  yield begin + PADDING;
  let silentMs = 0;
  try {
    while (clock().getTime() < until) {
      const html = await more();
      silentMs = html ? 0 : silentMs + LOOK_MS;
      if (html) yield html;
      else if (silentMs % BEAT_MS === 0) yield '<!-- still here -->\n';
      await pause(LOOK_MS, undefined, { signal });
    }
    yield end(TOO_LONG);
  } catch (error) {
    if (!signal.aborted && !(error instanceof Refusal)) log.error(error);
    yield end(whyEnded(error, signal));
  }
}

function whyEnded(error: unknown, { aborted, reason }: AbortSignal): string {
  if (aborted) return String(reason);
  if (error instanceof Refusal) return error.message;
  return 'Something went wrong here, and it is not your fault.';
}

import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Limited, Refusal } from '../chat/errors.ts';

/** How often a stream looks for what is new, in milliseconds. */
const LOOK_MS = 1000;
/** Where nothing is new, a comment is sent this often, so that nobody in between takes the stream for dead. */
const BEAT_MS = 15_000;
/** No stream is open for longer. */
export const LONGEST_MS = 1_800_000;
/** A person may have so many open; one more ends the first. */
const MOST_OF_ONE = 3;
const MOST = 100;
/** Some browsers and proxies hold a page back until they have so much of it. */
const PADDING = `<!--${' '.repeat(1024)}-->\n`;

/** A page that stays open, as HTML. */
export interface OpenPage {
  begin: string;
  /** What is new, or nothing. @throws Refusal where its reader may not read on */
  more(): Promise<string>;
  /** The end of the page, which says why it ends. */
  end(why: string): string;
  clock(): Date;
}

/** The pages that stay open while what is new is added to them. */
export class Streams {
  readonly #open = new Map<AbortController, number>();

  readonly #log: { error(error: unknown): void };

  constructor(log: { error(error: unknown): void }) {
    this.#log = log;
  }

  /** Opens a page for a person. @throws Limited where too many are open */
  open(userId: number, page: OpenPage): Readable {
    if (this.#open.size >= MOST)
      throw new Limited(
        'Too many live views are open at the moment. Try again in a minute, or check for new messages in the room.',
        60,
      );
    const own = [...this.#open].filter(([, owner]) => owner === userId);
    if (own.length >= MOST_OF_ONE)
      this.#end(own[0]![0], `You have opened another live view, and can have ${MOST_OF_ONE}.`);
    const controller = new AbortController();
    this.#open.set(controller, userId);
    const stream = new PassThrough().once('close', () => this.#end(controller, ''));
    pipeline(parts(page, controller.signal, this.#log), stream).catch(() => {}); // what fails is told in the page, and a reader who goes is no failure
    return stream;
  }

  /** Ends all, because the server stops. */
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
  log: { error(error: unknown): void },
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
    yield end('It ends after half an hour.');
  } catch (error) {
    if (!signal.aborted && !(error instanceof Refusal)) log.error(error);
    yield end(whyFailed(error, signal));
  }
}

function whyFailed(error: unknown, { aborted, reason }: AbortSignal): string {
  if (aborted) return String(reason);
  if (error instanceof Refusal) return error.message;
  return 'Something went wrong here, and it is not your fault.';
}

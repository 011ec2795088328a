import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Post } from '../chat/batch.ts';
import type { ShownEntry } from '../chat/entry.ts';
import type { Signals } from './signals.ts';

/** At most so many messages are stored at once: others wait no longer for it than a commit takes anyway. */
const MOST = 64;

interface Waiting {
  post: Post;
  answer: PromiseWithResolvers<ShownEntry | undefined>;
}

/** Stores messages at once; undefined for each of which nothing was stored. */
export type Store = (posts: Post[]) => Promise<(ShownEntry | undefined)[]>;

/**
 * Gathers the messages that wait while others are being stored, and stores them all at once: one
 * transaction, each room locked once, one commit that is waited for.
 */
export class Writer {
  readonly #store: Store;
  readonly #signals: Signals;
  readonly #stored: (entries: ShownEntry[]) => void;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;

  /** @param stored is told of what was stored, in order, once it is committed */
  constructor({
    store,
    signals,
    stored = () => {},
  }: {
    store: Store;
    signals: Signals;
    stored?: (entries: ShownEntry[]) => void;
  }) {
    this.#store = store;
    this.#signals = signals;
    this.#stored = stored;
  }

  /**
   * Stores a message, and returns it once it is committed. Undefined where nothing was stored,
   * because something is in doubt: that message is one for `post`, which knows what to say.
   */
  post(post: Post): Promise<ShownEntry | undefined> {
    const answer = Promise.withResolvers<ShownEntry | undefined>();
    this.#waiting.push({ post, answer });
    if (!this.#isWriting) void this.#write();
    return answer.promise;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      await nextTurn(); // whoever is answered is, and what has come in meanwhile goes along
      const batch = this.#waiting.splice(0, MOST);
      const entries = await this.#post(batch.map(({ post }) => post)).catch((): undefined[] => []); // each is tried by itself, then
      for (const [index, { answer }] of batch.entries()) answer.resolve(entries[index]);
    }
    this.#isWriting = false;
  }

  async #post(posts: Post[]): Promise<(ShownEntry | undefined)[]> {
    const entries = await this.#store(posts);
    await this.#signals.settled();
    this.#stored(entries.filter((entry) => entry !== undefined));
    return entries;
  }
}

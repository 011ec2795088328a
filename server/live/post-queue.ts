import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EntryRecord } from '../chat/entry.ts';
import type { QueuedPost } from '../chat/post-batch.ts';
import type { Versions } from './versions.ts';

/** Messages in one batch: few enough that storing them takes hardly longer than the commit. */
const MOST_POSTS = 64;

interface Waiting {
  post: QueuedPost;
  answer: PromiseWithResolvers<EntryRecord | undefined>;
}

/** Stores a batch. Returns undefined for each message that it did not store. */
export type Store = (posts: QueuedPost[]) => Promise<(EntryRecord | undefined)[]>;

interface Parts {
  store: Store;
  versions: Versions;
  /** Called with the stored entries, in order, once they are committed. */
  onStored?: (entries: EntryRecord[]) => void;
}

/**
 * Gathers the messages that arrive while a batch is being stored, and stores them as the next batch: one
 * transaction, one lock a room, one commit.
 */
export class PostQueue {
  readonly #store: Store;
  readonly #versions: Versions;
  readonly #onStored: (entries: EntryRecord[]) => void;
  readonly #waiting: Waiting[] = [];
  #isStoring = false;

  constructor({ store, versions, onStored = () => {} }: Parts) {
    this.#store = store;
    this.#versions = versions;
    this.#onStored = onStored;
  }

  /**
   * Stores a message, and returns its entry once it is committed. Returns undefined if the message was
   * not stored, because it may break a rule: `postMessage` then stores it or throws the refusal.
   */
  post(post: QueuedPost): Promise<EntryRecord | undefined> {
    const answer = Promise.withResolvers<EntryRecord | undefined>();
    this.#waiting.push({ post, answer });
    if (!this.#isStoring) void this.#storeAll();
    return answer.promise;
  }

  async #storeAll(): Promise<void> {
    this.#isStoring = true;
    while (this.#waiting.length > 0) {
      await nextTurn(); // the last batch is answered first, and messages that have arrived join this one
      const batch = this.#waiting.splice(0, MOST_POSTS);
      const entries = await this.#storeBatch(batch.map(({ post }) => post)).catch((): undefined[] => []); // the callers then try each message by itself
      for (const [index, { answer }] of batch.entries()) answer.resolve(entries[index]);
    }
    this.#isStoring = false;
  }

  async #storeBatch(posts: QueuedPost[]): Promise<(EntryRecord | undefined)[]> {
    const entries = await this.#store(posts);
    await this.#versions.settled();
    this.#onStored(entries.filter((entry) => entry !== undefined));
    return entries;
  }
}

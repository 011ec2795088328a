import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { postPlain, type Post } from '../chat/message.ts';
import type { Signals } from './signals.ts';

/** At most so many messages are stored at once: others wait no longer for it than a commit takes anyway. */
const MOST = 64;

interface Waiting {
  post: Post;
  answer: PromiseWithResolvers<number | undefined>;
}

/**
 * Gathers the messages that wait while others are being stored, and stores them all at once: one
 * transaction, each room locked once, one commit that is waited for.
 */
export class Writer {
  readonly #em: () => EntityManager;
  readonly #signals: Signals;
  readonly #waiting: Waiting[] = [];
  #isWriting = false;

  constructor({ em, signals }: { em: () => EntityManager; signals: Signals }) {
    this.#em = em;
    this.#signals = signals;
  }

  /**
   * Stores a message, and returns its seq once it is committed. Undefined where nothing was stored,
   * because something is in doubt: that message is one for `post`, which knows what to say.
   */
  post(post: Post): Promise<number | undefined> {
    const answer = Promise.withResolvers<number | undefined>();
    this.#waiting.push({ post, answer });
    if (!this.#isWriting) void this.#write();
    return answer.promise;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST);
      const seqs = await this.#store(batch.map(({ post }) => post)).catch((): undefined[] => []); // each is tried by itself, then
      for (const [index, { answer }] of batch.entries()) answer.resolve(seqs[index]);
    }
    this.#isWriting = false;
  }

  async #store(posts: Post[]): Promise<(number | undefined)[]> {
    const seqs = await this.#em().transactional((em) => postPlain(em, posts));
    await this.#signals.settled();
    return seqs;
  }
}

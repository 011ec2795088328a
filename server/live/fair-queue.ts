import { duration, Unavailable } from '../chat/errors.ts';

/** What the queue holds, and for whom. */
export interface QueueLimits {
  /** Tasks that run at once. */
  concurrency: number;
  /** Tasks that may wait. */
  waiting: number;
  /** Tasks of one owner that may wait. */
  waitingEach: number;
  /** The beginning of the sentence that refuses one more, such as `Many people are logging in`. */
  busy: string;
}

/** Too many tasks wait. */
export class QueueFull extends Unavailable {
  /** In how many milliseconds there will be room, as far as the latest tasks tell. */
  readonly retryAfterMs: number;
  readonly retryAfter: number;
  constructor(busy: string, retryAfterMs: number) {
    const seconds = Math.max(Math.ceil(retryAfterMs / 1000), 1);
    super(`${busy} at the moment. Wait ${duration(seconds)}, then try again.`);
    this.retryAfterMs = retryAfterMs;
    this.retryAfter = seconds;
  }
}

/** Each hash keeps a core and 32 MiB busy, and the thread pool has other work. All that may wait take some two seconds. */
const HASHING = { concurrency: 2, waiting: 20, waitingEach: 5, busy: 'Many people are logging in' };
/** An image takes up to some 20 seconds, and memory and processors have to be left for messages. */
const IMAGES = { concurrency: 1, waiting: 12, waitingEach: 3, busy: 'Many people are sending images' };

export interface Queues {
  /** Hashes of passwords. */
  hashing: FairQueue;
  /** Images to re-encode. */
  images: FairQueue;
}

export const createQueues = (): Queues => ({
  hashing: new FairQueue(HASHING),
  images: new FairQueue(IMAGES),
});

/** Nobody is refused who would wait for less than this: cheap tasks may come in any number. */
const SHORT_MS = 250;
/** How much the latest task counts in the mean duration. */
const WEIGHT = 0.2;

/**
 * A queue of costly tasks in which owners take turns: one who sends many waits behind their own tasks,
 * and keeps nobody else waiting for more than one.
 */
export class FairQueue {
  readonly #limits: QueueLimits;
  /** The owners in the order of their turns, each with their tasks that wait. */
  readonly #owners = new Map<string, (() => void)[]>();
  #running = 0;
  #waiting = 0;
  #meanMs = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** How many tasks wait now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Runs a task when it is its owner's turn. @throws QueueFull at once if too many wait; and whatever the task throws */
  async run<T>(owner: string, task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limits.concurrency) await this.#turn(owner);
    else this.#running += 1;
    const begun = performance.now();
    try {
      return await task();
    } finally {
      const ms = performance.now() - begun;
      this.#meanMs = this.#meanMs === 0 ? ms : this.#meanMs + WEIGHT * (ms - this.#meanMs);
      this.#next();
    }
  }

  /** Returns `run` for one owner. */
  turnsOf(owner: string): <T>(task: () => Promise<T>) => Promise<T> {
    return (task) => this.run(owner, task);
  }

  /** For a caller who has to do something before `run`. @throws QueueFull if a task of this owner would be refused now */
  check(owner: string): void {
    const { concurrency, waiting, waitingEach, busy } = this.#limits;
    if (this.#running < concurrency) return;
    const isLong = this.#waiting >= waiting || (this.#owners.get(owner)?.length ?? 0) >= waitingEach;
    const waitMs = (this.#meanMs * (this.#waiting + 1)) / concurrency;
    if (isLong && (waitMs === 0 || waitMs > SHORT_MS)) throw new QueueFull(busy, waitMs);
  }

  #turn(owner: string): Promise<void> {
    this.check(owner);
    const own = this.#owners.get(owner) ?? [];
    const { promise, resolve } = Promise.withResolvers<void>();
    own.push(resolve);
    this.#owners.set(owner, own);
    this.#waiting += 1;
    return promise;
  }

  /** Lets the owner whose turn it is go on, and puts them last. */
  #next(): void {
    const [turn] = this.#owners;
    if (!turn) {
      this.#running -= 1;
      return;
    }
    const [owner, tasks] = turn;
    this.#owners.delete(owner);
    const start = tasks.shift()!;
    if (tasks.length > 0) this.#owners.set(owner, tasks);
    this.#waiting -= 1;
    start();
  }
}

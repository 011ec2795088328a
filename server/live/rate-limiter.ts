import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import {
  type Bucket,
  bucketsFor,
  excessMs,
  type LimitedAction,
  rateLimited,
  refillMs,
  waitMs,
} from '../chat/rate-limit.ts';
import { type Consumption, saveConsumption, wholeAt } from '../chat/token-bucket.ts';

/** Time may go back by this much, because requests overtake each other and clocks are corrected. If it goes back further, somebody has set the clock back. */
const SKEW_MS = 60_000;

interface Actor {
  /** The user, or a name that no user needs to have. */
  user?: { id: number | string } | undefined;
  address: string;
  now: Date;
}

/** A token bucket in memory. Times are milliseconds since 1970. */
interface CachedBucket {
  /** Never saved nor loaded. */
  isInMemory: boolean;
  /** When the bucket is full again. */
  fullAt: number;
  /** What was consumed and is not saved yet, in milliseconds of refilling. */
  unsavedMs: number;
  /** When the first of it was consumed. */
  since: number;
}

/**
 * The token buckets, kept in memory and saved in batches, because a write for each message would cost as
 * much as the message. Exact within a process. It learns at each tick, every 2 seconds, what other
 * processes have let users do. Buckets that are kept in memory alone cost no row, and count in each process.
 */
export class RateLimiter {
  readonly #em: () => EntityManager;
  readonly #isOn: boolean;
  readonly #buckets = new Map<string, CachedBucket>();
  #latest = 0;

  constructor(em: () => EntityManager, isOn: boolean) {
    this.#em = em;
    this.#isOn = isOn;
  }

  /** Counts an action before it is done; a refused one is not counted. @throws RateLimited with the time to wait */
  async consume(action: LimitedAction, { user, address, now }: Actor): Promise<void> {
    if (!this.#isOn) return;
    const buckets = bucketsFor(action, address, user?.id);
    const unknown = buckets.filter(({ bucket, isInMemory }) => !isInMemory && !this.#buckets.has(bucket));
    if (unknown.length > 0) await this.#load(unknown);
    const time = now.getTime();
    this.#followClock(time);
    for (const limit of buckets) this.#change(limit, -excessMs(this.#get(limit).fullAt, limit, time), time);
    const wait = Math.max(...buckets.map((limit) => waitMs(this.#get(limit).fullAt, limit, time)));
    if (wait > 0) throw rateLimited(action, wait);
    for (const limit of buckets) this.#change(limit, refillMs(limit), time); // no await since the check, so no other request came between
  }

  /** Saves what was consumed, and loads what other processes have saved. */
  async flush(now: Date): Promise<void> {
    for (const [bucket, { unsavedMs, fullAt, isInMemory }] of this.#buckets)
      if ((unsavedMs === 0 || isInMemory) && fullAt <= now.getTime()) this.#buckets.delete(bucket);
    const unsaved: Consumption[] = [];
    const unchanged: string[] = [];
    for (const [bucket, { unsavedMs, since, isInMemory }] of this.#buckets) {
      if (isInMemory) continue;
      if (unsavedMs === 0) unchanged.push(bucket);
      else unsaved.push({ bucket, since, ms: unsavedMs });
    }
    this.#adopt(await wholeAt(this.#em(), unchanged));
    if (unsaved.length === 0) return;
    const saved = await this.#em().transactional((em) => saveConsumption(em, unsaved)); // all or nothing, so that nothing is counted twice
    for (const { bucket, ms } of unsaved) this.#buckets.get(bucket)!.unsavedMs -= ms;
    this.#adopt(saved);
  }

  /** If the clock was set back, moves all buckets back with it: else users would wait until it catches up. */
  #followClock(now: number): void {
    const back = this.#latest - now;
    if (back > SKEW_MS) {
      for (const cached of this.#buckets.values()) {
        cached.unsavedMs -= back;
        cached.fullAt -= back;
        cached.since = now;
      }
    }
    if (back < 0 || back > SKEW_MS) this.#latest = now;
  }

  async #load(unknown: Bucket[]): Promise<void> {
    const names = unknown.map(({ bucket }) => bucket);
    for (const [bucket, fullAt] of await wholeAt(this.#em(), names)) {
      if (!this.#buckets.has(bucket))
        this.#buckets.set(bucket, { isInMemory: false, fullAt, unsavedMs: 0, since: 0 }); // else another request has loaded it
    }
  }

  /** Takes over the times of saved buckets, and adds what this process has not saved yet. */
  #adopt(saved: Map<string, number>): void {
    for (const [bucket, fullAt] of saved) {
      const cached = this.#buckets.get(bucket);
      if (cached) cached.fullAt = fullAt + cached.unsavedMs;
    }
  }

  #get({ bucket, isInMemory }: Bucket): CachedBucket {
    return this.#buckets.get(bucket) ?? { isInMemory, fullAt: 0, unsavedMs: 0, since: 0 };
  }

  #change(limit: Bucket, ms: number, now: number): void {
    const cached = this.#get(limit);
    this.#buckets.set(limit.bucket, cached);
    if (cached.unsavedMs === 0) cached.since = now;
    cached.unsavedMs += ms;
    cached.fullAt = Math.max(cached.fullAt, now) + ms;
  }
}

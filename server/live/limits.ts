import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { bucketsOf, excessOf, shareOf, tooOften, waitFor, wholeAt, writeDrawn, type Act, type Bucket } from '../chat/limit.ts';

/** Requests overtake each other, and clocks are corrected, by this much at most, in milliseconds: what goes back by more was set. */
const SKEW_MS = 60_000;

/** Who does something, from where, and when. */
interface Actor {
  /** Whose the act is counted as: a person, or a name that nobody may have. */
  user?: { id: number | string } | undefined;
  address: string;
  now: Date;
}

/** A bucket as this process knows it. */
interface Known {
  wholeAt: number;
  /** What was drawn and is not written down yet, in milliseconds, and since when. */
  fresh: number;
  since: number;
}

/**
 * Who has done what how often, kept in memory and written down in batches: a write for each message
 * would cost as much as the message. Exact within a process; of what other processes let somebody
 * do it knows after a tick, some two seconds later.
 */
export class Limits {
  readonly #em: () => EntityManager;
  readonly #isOn: boolean;
  readonly #known = new Map<string, Known>();
  #latest = 0;

  constructor(em: () => EntityManager, isOn: boolean) {
    this.#em = em;
    this.#isOn = isOn;
  }

  /** Counts an act before it is done. One that is refused is not counted. @throws Limited with the time to wait */
  async draw(act: Act, { user, address, now }: Actor): Promise<void> {
    if (!this.#isOn) return;
    const buckets = bucketsOf(act, address, user?.id);
    for (const { bucket } of buckets) if (!this.#known.has(bucket)) await this.#load(bucket);
    const time = now.getTime();
    this.#followClock(time);
    for (const limit of buckets) this.#change(limit, -excessOf(this.#get(limit).wholeAt, limit, time), time);
    const wait = Math.max(...buckets.map((limit) => waitFor(this.#get(limit).wholeAt, limit, time)));
    if (wait > 0) throw tooOften(act, wait);
    for (const limit of buckets) this.#change(limit, shareOf(limit), time); // nothing is awaited since we looked
  }

  /** Writes down what was drawn, and learns what other processes have let people draw. */
  async writeDown(now: Date): Promise<void> {
    for (const [bucket, known] of this.#known) {
      const { fresh, since } = known;
      if (fresh !== 0) {
        const shared = await writeDrawn(this.#em(), bucket, since, fresh);
        known.fresh -= fresh;
        known.wholeAt = shared + known.fresh;
      } else if (known.wholeAt <= now.getTime()) {
        this.#known.delete(bucket);
      } else {
        known.wholeAt = await wholeAt(this.#em(), bucket) + known.fresh;
      }
    }
  }

  /** Takes what is drawn along where the clock is set back, so that nobody waits for it to catch up. */
  #followClock(now: number): void {
    const back = this.#latest - now;
    if (back > SKEW_MS) {
      for (const known of this.#known.values()) {
        known.fresh -= back;
        known.wholeAt -= back;
        known.since = now;
      }
    }
    if (back < 0 || back > SKEW_MS) this.#latest = now;
  }

  async #load(bucket: string): Promise<void> {
    const loaded = await wholeAt(this.#em(), bucket);
    if (!this.#known.has(bucket)) this.#known.set(bucket, { wholeAt: loaded, fresh: 0, since: 0 }); // else another request was faster
  }

  #get({ bucket }: Bucket): Known {
    return this.#known.get(bucket) ?? { wholeAt: 0, fresh: 0, since: 0 };
  }

  #change(limit: Bucket, ms: number, now: number): void {
    const known = this.#get(limit);
    this.#known.set(limit.bucket, known);
    if (known.fresh === 0) known.since = now;
    known.fresh += ms;
    known.wholeAt = Math.max(known.wholeAt, now) + ms;
  }
}

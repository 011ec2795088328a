import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { wholeAt, writeDrawn, type Drawn } from '../chat/allowance.ts';
import { bucketsOf, excessOf, shareOf, tooOften, waitFor, type Act, type Bucket } from '../chat/limit.ts';

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
    await this.#load(buckets.map(({ bucket }) => bucket).filter((bucket) => !this.#known.has(bucket)));
    const time = now.getTime();
    this.#followClock(time);
    for (const limit of buckets) this.#change(limit, -excessOf(this.#get(limit).wholeAt, limit, time), time);
    const wait = Math.max(...buckets.map((limit) => waitFor(this.#get(limit).wholeAt, limit, time)));
    if (wait > 0) throw tooOften(act, wait);
    for (const limit of buckets) this.#change(limit, shareOf(limit), time); // nothing is awaited since we looked
  }

  /** Writes down what was drawn, and learns what other processes have let people draw. */
  async writeDown(now: Date): Promise<void> {
    for (const [bucket, { fresh, wholeAt }] of this.#known)
      if (fresh === 0 && wholeAt <= now.getTime()) this.#known.delete(bucket);
    const drawn: Drawn[] = [];
    const quiet: string[] = [];
    for (const [bucket, { fresh, since }] of this.#known) {
      if (fresh === 0) quiet.push(bucket);
      else drawn.push({ bucket, since, ms: fresh });
    }
    this.#learn(await wholeAt(this.#em(), quiet));
    if (drawn.length === 0) return;
    const written = await this.#em().transactional((em) => writeDrawn(em, drawn)); // all or none: what is drawn is counted once
    for (const { bucket, ms } of drawn) this.#known.get(bucket)!.fresh -= ms;
    this.#learn(written);
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

  async #load(buckets: string[]): Promise<void> {
    if (buckets.length === 0) return;
    for (const [bucket, loaded] of await wholeAt(this.#em(), buckets)) {
      if (!this.#known.has(bucket)) this.#known.set(bucket, { wholeAt: loaded, fresh: 0, since: 0 }); // else another request was faster
    }
  }

  /** Takes in when buckets are whole that are written down, beside what was drawn since. */
  #learn(written: Map<string, number>): void {
    for (const [bucket, wholeAt] of written) {
      const known = this.#known.get(bucket);
      if (known) known.wholeAt = wholeAt + known.fresh;
    }
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

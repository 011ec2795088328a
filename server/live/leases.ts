import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { expire, type Lease, type LeaseTimes, Presence } from '../chat/presence.ts';

/** The signs of life of a client that polls steadily are saved this often, in milliseconds. */
const STEADY_MS = 20_000;
/** A script polls each second. After this silence its last sign of life is saved. */
const CEASED_MS = 3000;
const LEASES = ['page', 'script'] as const satisfies Lease[];

interface SignOfLife {
  /** Undefined: the lease stays of the kind that is stored. */
  lease: Lease | undefined;
  /** Heard from the room that the user is in: it also cancels `closing`. */
  inRoom: boolean;
  /** The sign changes nothing but the end of the lease, so it need not be saved at once. */
  isSteady: boolean;
  at: Date;
}

/** The latest sign of life of each user. Kept in memory, and saved in batches; a user without one is taken out of their room. */
export class Leases {
  readonly #em: () => EntityManager;
  readonly #leaseTimes: LeaseTimes;
  readonly #clock: () => Date;
  readonly #signs = new Map<number, SignOfLife>();
  #ticking: Promise<void> = Promise.resolve();
  #savedSteadyAt = 0;

  constructor(parts: { em: () => EntityManager; leaseTimes: LeaseTimes; clock: () => Date }) {
    this.#em = parts.em;
    this.#leaseTimes = parts.leaseTimes;
    this.#clock = parts.clock;
  }

  /** Records a sign of life, by default of the same kind as the last one. Memory only: every poll calls this. */
  record(
    userId: number,
    { lease, inRoom = false, isSteady = false }: { lease?: Lease; inRoom?: boolean; isSteady?: boolean },
  ): void {
    const before = this.#signs.get(userId);
    this.#signs.set(userId, {
      lease: lease ?? before?.lease,
      inRoom: inRoom || (before?.inRoom ?? false),
      isSteady: isSteady && (before?.isSteady ?? true),
      at: this.#clock(),
    });
  }

  /** Discards the user's unsaved sign of life, because their page has said since that it is closing. */
  discard(userId: number): void {
    this.#signs.delete(userId);
  }

  /** Starts all leases again when the server starts: while it was down, no client could send a sign of life. */
  async renew(): Promise<void> {
    const now = this.#clock();
    for (const lease of LEASES) {
      const expiresAt = this.#expiry(lease, now);
      await this.#em().nativeUpdate(
        Presence,
        { lease, closing: false, expiresAt: { $lt: expiresAt } },
        { expiresAt },
      );
    }
  }

  /** Saves the signs of life that are due, and takes users whose lease has expired out of their rooms. */
  tick(): Promise<void> {
    this.#ticking = this.#ticking
      .catch(() => {})
      .then(async () => {
        await this.#save();
        await this.#expire();
      });
    return this.#ticking;
  }

  /** A `tick` that saves all signs of life, because the server stops. */
  async flush(): Promise<void> {
    this.#savedSteadyAt = 0;
    await this.tick();
  }

  async #save(): Promise<void> {
    for (const [lease, due] of Map.groupBy(this.#due(), ([, sign]) => sign.lease)) {
      const signs = new Map(due.filter(this.#isLatest)); // while other leases were saved, a page may have closed
      if (signs.size === 0) continue;
      if (lease) await this.#extend(signs, {}, lease);
      else for (const stored of LEASES) await this.#extend(signs, { lease: stored }, stored);
      await this.#cancelClosing(new Map([...signs].filter(([, { inRoom }]) => inRoom)));
      for (const [userId] of [...signs].filter(this.#isLatest)) this.#signs.delete(userId);
    }
  }

  /** The signs of life to save now. */
  #due(): [userId: number, SignOfLife][] {
    const now = this.#clock().getTime();
    const isSteadyDue = now - this.#savedSteadyAt >= Math.min(STEADY_MS, this.#leaseTimes.script / 6);
    if (isSteadyDue) this.#savedSteadyAt = now;
    return [...this.#signs].filter(
      ([, { isSteady, at }]) => isSteadyDue || !isSteady || now - at.getTime() >= CEASED_MS,
    );
  }

  /** False if the sign of life was discarded, or a later one was recorded. */
  readonly #isLatest = ([userId, sign]: [number, SignOfLife]): boolean => this.#signs.get(userId) === sign;

  /**
   * Extends the leases of these users by one statement, from the latest of their signs of life. It locks
   * the rows in the order of user ids: else two processes with the same users could wait for each other.
   */
  async #extend(signs: Map<number, SignOfLife>, where: { lease?: Lease }, lease: Lease): Promise<void> {
    const latest = [...signs.values()].reduce((date, { at }) => (at > date ? at : date), new Date(0));
    const open = { ...where, closing: false };
    await this.#em().transactional(async (em) => {
      const rows = em
        .createQueryBuilder(Presence)
        .select('user')
        .where({ ...open, user: { $in: [...signs.keys()] } })
        .orderBy({ user: 'asc' })
        .setLockMode(LockMode.PESSIMISTIC_WRITE);
      await em
        .createQueryBuilder(Presence)
        .update({ lease, expiresAt: this.#expiry(lease, latest) })
        .where({ ...open, user: { $in: rows } })
        .execute();
    });
  }

  /** Cancels `closing` for users heard after their page said it was closing. */
  async #cancelClosing(signs: Map<number, SignOfLife>): Promise<void> {
    if (signs.size === 0) return;
    const closing = await this.#em().find(Presence, { user: { $in: [...signs.keys()] }, closing: true });
    for (const presence of closing) {
      const { user, expiresAt } = presence;
      const { at, lease = presence.lease } = signs.get(user.id)!;
      if (at >= presence.closedAt())
        await this.#em().nativeUpdate(
          Presence,
          { user, closing: true, expiresAt },
          { lease, closing: false, expiresAt: this.#expiry(lease, at) },
        );
    }
  }

  async #expire(): Promise<void> {
    const now = this.#clock();
    for (const { user, room } of await this.#em().find(Presence, { expiresAt: { $lte: now } })) {
      if (this.#signs.has(user.id)) continue; // recorded during the query: the next tick saves it
      await this.#em().transactional((em) => expire(em, user, room.id, now));
    }
  }

  #expiry(lease: Lease, from: Date): Date {
    return new Date(from.getTime() + this.#leaseTimes[lease]);
  }
}

import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { forgetAttempts } from '../chat/attempt.ts';
import { forgetAllowances } from '../chat/allowance.ts';
import { expire, Presence, type Lease, type LeaseTimes } from '../chat/presence.ts';
import { forgetResetLinks } from '../chat/reset-link.ts';
import { forgetEndedSessions } from '../chat/session.ts';
import type { User } from '../chat/user.ts';

/** The end of a lease is noticed within this, and signs of life are written down as often. */
const TICK_MS = 2000;
/** Signs of whoever polls on and on change nothing but a time: they are written down as often as this, and when they cease. */
const STEADY_MS = 20_000;
/** Whoever was not heard for so long has ceased to poll: a script does each second. */
const CEASED_MS = 3000;
const HOUR_MS = 3_600_000;
const LEASES = ['page', 'script'] as const satisfies Lease[];

/** A sign of life; one heard in the person's room also takes back that its page was closing. */
interface Sign {
  /** Undefined: of the same kind as the one before it, which is written down. */
  lease: Lease | undefined;
  inRoom: boolean;
  /** Whether all it changes is until when the lease lasts. */
  isSteady: boolean;
  at: Date;
}

/** Who was heard lately, kept in memory and written down in batches, and who is out by now. */
export class Leases {
  readonly #em: () => EntityManager;
  readonly #times: LeaseTimes;
  readonly #clock: () => Date;
  /** What else is done at each tick. */
  readonly #chores: (() => Promise<void>)[];
  readonly #log: { error(error: Error): void };
  readonly #signs = new Map<number, Sign>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #forgotAt = 0;
  #wroteSteadyAt = 0;

  constructor({
    em,
    times,
    clock,
    chores = [],
    log = console,
  }: {
    em: () => EntityManager;
    times: LeaseTimes;
    clock: () => Date;
    chores?: (() => Promise<void>)[];
    log?: { error(error: Error): void };
  }) {
    this.#log = log;
    this.#em = em;
    this.#times = times;
    this.#clock = clock;
    this.#chores = chores;
  }

  /**
   * Notes a sign of life, by default of the kind before it. Touches no database: this is on the way
   * of each poll.
   */
  heard(
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

  /** Forgets what was heard, because the page has said since that it closes. */
  unheard(userId: number): void {
    this.#signs.delete(userId);
  }

  /**
   * Starts to notice. Nobody could be heard while no server ran, so that time counts for nobody.
   */
  async start(): Promise<void> {
    const now = this.#clock();
    const every = Math.min(TICK_MS, ...Object.values(this.#times));
    this.#timer = setInterval(
      () => void this.tick().catch((error: Error) => this.#log.error(error)),
      every,
    ).unref();
    for (const lease of LEASES) {
      await this.#em().nativeUpdate(
        Presence,
        { lease, closing: false, expiresAt: { $lt: this.#until(lease, now) } },
        { expiresAt: this.#until(lease, now) },
      );
    }
  }

  /** Stops, and writes down what was heard. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#wroteSteadyAt = 0;
    await this.tick();
  }

  /** Writes down what was heard, and takes out of their rooms whoever was not heard for too long. */
  tick(): Promise<void> {
    this.#ticking = this.#ticking
      .catch(() => {})
      .then(async () => {
        await this.#writeDown();
        await this.#expire();
        for (const chore of this.#chores) await chore();
        await this.#forget();
      });
    return this.#ticking;
  }

  async #writeDown(): Promise<void> {
    const groups = Map.groupBy(this.#due(), ([, { lease, inRoom }]) => `${lease} ${inRoom}`);
    const isLatest = ([userId, sign]: [number, Sign]) => this.#signs.get(userId) === sign;
    for (const signs of groups.values()) {
      const group = signs.filter(isLatest); // while another was written down, somebody may have said that they go
      if (group.length === 0) continue;
      const { lease, inRoom } = group[0]![1];
      const latest = group.reduce((date, [, { at }]) => (at > date ? at : date), group[0]![1].at);
      const users = group.map(([userId]) => userId);
      for (const kind of lease === undefined ? LEASES : [lease]) {
        await this.#lengthen(users, lease === undefined ? { lease: kind } : {}, {
          lease: kind,
          expiresAt: this.#until(kind, latest),
        });
      }
      if (inRoom) await this.#reopen(new Map(group));
      for (const [userId] of group.filter(isLatest)) this.#signs.delete(userId);
    }
  }

  /** The rows are locked in one order first: two processes which write down the same people would else wait for each other. */
  async #lengthen(
    users: number[],
    where: { lease?: Lease },
    data: { lease: Lease; expiresAt: Date },
  ): Promise<void> {
    const open = { ...where, closing: false };
    await this.#em().transactional(async (em) => {
      const rows = em
        .createQueryBuilder(Presence)
        .select('user')
        .where({ ...open, user: { $in: users } })
        .orderBy({ user: 'asc' })
        .setLockMode(LockMode.PESSIMISTIC_WRITE);
      await em
        .createQueryBuilder(Presence)
        .update(data)
        .where({ ...open, user: { $in: rows } })
        .execute();
    });
  }

  /** Takes back that pages were closing whose people were heard since: not what was heard before, whichever process was told that they close. */
  async #reopen(signs: Map<number, Sign>): Promise<void> {
    for (const presence of await this.#em().find(Presence, {
      user: { $in: [...signs.keys()] },
      closing: true,
    })) {
      const { user, expiresAt } = presence;
      const { at, lease = presence.lease } = signs.get(user.id)!;
      if (at >= presence.closedAt())
        await this.#em().nativeUpdate(
          Presence,
          { user, closing: true, expiresAt },
          { lease, closing: false, expiresAt: this.#until(lease, at) },
        );
    }
  }

  /** The signs that are to be written down now. */
  #due(): [number, Sign][] {
    const now = this.#clock().getTime();
    const areAll = now - this.#wroteSteadyAt >= Math.min(STEADY_MS, this.#times.script / 6);
    if (areAll) this.#wroteSteadyAt = now;
    return [...this.#signs].filter(
      ([, { isSteady, at }]) => areAll || !isSteady || now - at.getTime() >= CEASED_MS,
    );
  }

  async #expire(): Promise<void> {
    const now = this.#clock();
    for (const { user, room } of await this.#em().find(Presence, { expiresAt: { $lte: now } })) {
      if (this.#signs.has(user.id)) continue; // heard while we looked: the next tick writes it down
      await this.#em().transactional((em) => expire(em, user as User, room.id, now));
    }
  }

  async #forget(): Promise<void> {
    const now = this.#clock();
    if (now.getTime() - this.#forgotAt < HOUR_MS) return;
    this.#forgotAt = now.getTime();
    await forgetEndedSessions(this.#em(), now);
    await forgetAttempts(this.#em(), now);
    await forgetAllowances(this.#em(), now);
    await forgetResetLinks(this.#em(), now);
  }

  #until(lease: Lease, from: Date): Date {
    return new Date(from.getTime() + this.#times[lease]);
  }
}

import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Membership } from '../chat/membership.ts';

/** How far somebody has been shown the log of a room. */
interface Mark {
  user: number;
  room: number;
  seq: number;
}

/** Who was shown which log how far, kept in memory and written down in batches. */
export class Reads {
  readonly #em: () => EntityManager;
  readonly #marks = new Map<string, Mark>();

  constructor(em: () => EntityManager) {
    this.#em = em;
  }

  /** Notes that the person was shown the log up to `seq`. Touches no database: this is on the way of each poll. */
  shown(user: number, room: number, seq: number): void {
    if (seq > (this.#marks.get(`${user} ${room}`)?.seq ?? 0)) this.#marks.set(`${user} ${room}`, { user, room, seq });
  }

  /** How far the person was shown the log, as far as that is not written down yet. */
  of(user: number, room: number): number {
    return this.#marks.get(`${user} ${room}`)?.seq ?? 0;
  }

  /** Writes down what was shown: one statement for all who have come to the same entry of a room. */
  async writeDown(): Promise<void> {
    const groups = Map.groupBy(this.#marks.values(), ({ room, seq }) => `${room} ${seq}`);
    for (const marks of groups.values()) {
      const { room, seq } = marks[0]!;
      await this.#em().transactional(async (em) => {
        const users = marks.map(({ user }) => user);
        const rows = em.createQueryBuilder(Membership).select('user').where({ room, user: { $in: users } }).orderBy({ user: 'asc' }).setLockMode(LockMode.PESSIMISTIC_WRITE); // as leases are
        await em.createQueryBuilder(Membership).update({ readSeq: seq }).where({ room, user: { $in: rows }, readSeq: { $lt: seq } }).execute();
      });
      for (const mark of marks) {
        const key = `${mark.user} ${mark.room}`;
        if (this.#marks.get(key) === mark) this.#marks.delete(key);
      }
    }
  }
}

import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Membership } from '../chat/membership.ts';

/** So many marks are written down by one statement. */
const AT_ONCE = 200;

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
    if (seq > (this.#marks.get(`${user} ${room}`)?.seq ?? 0))
      this.#marks.set(`${user} ${room}`, { user, room, seq });
  }

  /** How far the person was shown the log, as far as that is not written down yet. */
  of(user: number, room: number): number {
    return this.#marks.get(`${user} ${room}`)?.seq ?? 0;
  }

  /** Writes down what was shown, by few statements for all: each is a commit, which those who post wait for. */
  async writeDown(): Promise<void> {
    const marks = [...this.#marks.values()].sort((a, b) => a.room - b.room || a.user - b.user);
    for (let begin = 0; begin < marks.length; begin += AT_ONCE) {
      const some = marks.slice(begin, begin + AT_ONCE);
      await this.#em().transactional((em) => write(em, some));
      for (const mark of some) {
        const key = `${mark.user} ${mark.room}`;
        if (this.#marks.get(key) === mark) this.#marks.delete(key);
      }
    }
  }
}

/** Raises the marks that are lower. The rows are locked in one order first, as those of leases are. */
async function write(em: EntityManager, marks: Mark[]): Promise<void> {
  const [rooms, users] = [
    [...new Set(marks.map(({ room }) => room))],
    [...new Set(marks.map(({ user }) => user))],
  ];
  const rows = em
    .createQueryBuilder(Membership, 'm')
    .select(['m.room', 'm.user'])
    .where({ room: { $in: rooms }, user: { $in: users } })
    .orderBy({ room: 'asc', user: 'asc' })
    .setLockMode(LockMode.PESSIMISTIC_WRITE);
  await em.execute(
    `with mark (room, person, seq) as (values ${marks.map(() => '(?, ?, ?)').join(', ')}), held as (${rows.getFormattedQuery()})
    update membership set read_seq = mark.seq from mark join held on held.room_id = mark.room and held.user_id = mark.person
    where membership.room_id = mark.room and membership.user_id = mark.person and membership.read_seq < mark.seq`,
    marks.flatMap(({ user, room, seq }) => [room, user, seq]),
    'run',
  );
}

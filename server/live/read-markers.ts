import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Membership } from '../chat/membership.ts';

/** Markers saved by one statement. */
const BATCH = 200;

/** Counters of changes are dropped when there are more. */
const MOST_USERS = 20_000;

/** The user has been shown the room's log up to `seq`. */
interface ReadMarker {
  user: number;
  room: number;
  seq: number;
}

/** The read markers, kept in memory and saved in batches. */
export class ReadMarkers {
  readonly #em: () => EntityManager;
  /** By user and room. */
  readonly #markers = new Map<number, Map<number, ReadMarker>>();
  /** The number of the last change of each user's markers. */
  readonly #changes = new Map<number, number>();
  #latest = 0;
  /** The number for users whose last change is not kept. */
  #dropped = 0;

  constructor(em: () => EntityManager) {
    this.#em = em;
  }

  /** Raises the user's marker to `seq`. Memory only: every poll calls this. */
  record(user: number, room: number, seq: number): void {
    if (seq <= this.unsaved(user, room)) return;
    const own = this.#markers.get(user) ?? new Map<number, ReadMarker>();
    this.#markers.set(user, own.set(room, { user, room, seq }));
    this.recordChange(user);
  }

  /** Changes what `changesOf` returns. */
  recordChange(user: number): void {
    this.#latest += 1;
    if (this.#changes.size >= MOST_USERS) {
      this.#changes.clear();
      this.#dropped = this.#latest;
    }
    this.#changes.set(user, this.#latest);
  }

  /** A number that differs after each change of a user's markers in this process. */
  changesOf(user: number): number {
    return this.#changes.get(user) ?? this.#dropped;
  }

  /** Returns the user's marker if it is not saved yet; else 0. */
  unsaved(user: number, room: number): number {
    return this.#markers.get(user)?.get(room)?.seq ?? 0;
  }

  /** The user's markers that are not saved yet. */
  unsavedOf(user: number): ReadMarker[] {
    return [...(this.#markers.get(user)?.values() ?? [])];
  }

  /** Saves all markers by few statements: each is a commit that posts wait for. */
  async flush(): Promise<void> {
    const markers = [...this.#markers.values()]
      .flatMap((own) => [...own.values()])
      .toSorted((a, b) => a.room - b.room || a.user - b.user);
    for (let begin = 0; begin < markers.length; begin += BATCH) {
      const batch = markers.slice(begin, begin + BATCH);
      await this.#em().transactional((em) => saveMarkers(em, batch));
      for (const marker of batch) {
        const own = this.#markers.get(marker.user);
        if (own?.get(marker.room) === marker) own.delete(marker.room);
        if (own?.size === 0) this.#markers.delete(marker.user);
      }
    }
  }
}

/** Marks everything in a user's rooms as read. Locks the rows in the order of `saveMarkers`. */
export async function markAllRead(em: EntityManager, user: number): Promise<void> {
  const rows = em
    .createQueryBuilder(Membership, 'm')
    .select(['m.room', 'm.user'])
    .where({ user })
    .orderBy({ room: 'asc' })
    .setLockMode(LockMode.PESSIMISTIC_WRITE);
  await em.execute(
    `with held as (${rows.getFormattedQuery()})
    update membership set read_seq = room.last_seq from room join held on held.room_id = room.id
    where membership.room_id = room.id and membership.user_id = ? and membership.read_seq < room.last_seq`,
    [user],
    'run',
  );
}

/** Raises the stored markers that are lower. Locks the rows in one order first, as `Leases` does. */
async function saveMarkers(em: EntityManager, markers: ReadMarker[]): Promise<void> {
  const [rooms, users] = [
    [...new Set(markers.map(({ room }) => room))],
    [...new Set(markers.map(({ user }) => user))],
  ];
  const rows = em
    .createQueryBuilder(Membership, 'm')
    .select(['m.room', 'm.user'])
    .where({ room: { $in: rooms }, user: { $in: users } })
    .orderBy({ room: 'asc', user: 'asc' })
    .setLockMode(LockMode.PESSIMISTIC_WRITE);
  await em.execute(
    `with mark (room, person, seq) as (values ${markers.map(() => '(?, ?, ?)').join(', ')}), held as (${rows.getFormattedQuery()})
    update membership set read_seq = mark.seq from mark join held on held.room_id = mark.room and held.user_id = mark.person
    where membership.room_id = mark.room and membership.user_id = mark.person and membership.read_seq < mark.seq`,
    markers.flatMap(({ user, room, seq }) => [room, user, seq]),
    'run',
  );
}

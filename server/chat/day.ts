import type { EntityManager } from '@mikro-orm/core';
import { Entry, entriesFrom } from './entry.ts';
import type { Room } from './room.ts';

/** One day of a room's log, and when something was said before and after it. */
export interface Day {
  entries: Entry[];
  before: Date | undefined;
  after: Date | undefined;
}

/** The entries from `start` up to `end`, oldest first, at most `most`. */
export async function entriesOfDay(
  em: EntityManager,
  room: Room,
  start: Date,
  end: Date,
  most: number,
): Promise<Day> {
  const first = await firstSince(em, room, start);
  const next = await firstSince(em, room, end);
  return {
    entries: await entriesFrom(em, room, first, Math.min(next - 1, first + most - 1)),
    before: (await entryAt(em, room, first - 1))?.at,
    after: (await entryAt(em, room, next))?.at,
  };
}

/**
 * The seq of the first entry that is not older than `moment`, by halving: some twenty look-ups in a
 * log of a million, and no index. Where a clock was set back, a day may begin some entries off.
 */
async function firstSince(em: EntityManager, room: Room, moment: Date): Promise<number> {
  let low = 1;
  let high = room.lastSeq + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = await entryAt(em, room, middle);
    if (entry && entry.at < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

function entryAt(em: EntityManager, room: Room, seq: number): Promise<Entry | null> {
  return em.findOne(Entry, { room, seq });
}

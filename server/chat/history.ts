import { type EntityManager } from '@mikro-orm/core';
import { BATCH_SIZE, Entry, type EntryRecord } from './entry.ts';
import { type Reader, rowOf } from './reader.ts';
import { withMentions } from './mention.ts';
import type { Room } from './room.ts';

/** The seqs of the entries of a day, and the times of the entries just before and after it. */
export interface DayStretch {
  first: number;
  /** Below `first` if nothing was said on the day. */
  last: number;
  before: Date | undefined;
  after: Date | undefined;
}

/** Finds the entries from `start` up to, not including, `end`. @param limit the most entries to return */
export async function stretchOfDay(
  reader: Reader,
  room: { id: number; lastSeq: number },
  start: Date,
  end: Date,
  limit: number,
): Promise<DayStretch> {
  const first = await firstSince(reader, room, start);
  const next = await firstSince(reader, room, end);
  return {
    first,
    last: Math.min(next - 1, first + limit - 1),
    before: await timeOf(reader, room.id, first - 1),
    after: await timeOf(reader, room.id, next),
  };
}

/**
 * The seq of the first entry that is not older than `moment`, where it is known to lie between `low` and `high`. The binary search needs no index: about
 * twenty queries in a log of a million. If a clock was set back, the result may be off by some entries.
 */
export async function firstSince(
  reader: Reader,
  room: { id: number; lastSeq: number },
  moment: Date,
  [low, high] = [1, room.lastSeq + 1],
): Promise<number> {
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = await timeOf(reader, room.id, middle);
    if (at && at < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

const TIME = 'select at from entry where room_id = ? and seq = ?';

/** When an entry was written; undefined if there is none of that seq. */
export async function timeOf(reader: Reader, room: number, seq: number): Promise<Date | undefined> {
  const entry = await rowOf<{ at: unknown }>(reader, TIME, room, seq);
  return entry && new Date(reader.time(entry.at));
}

/** The number of entries on a page of the log. */
export const PAGE_SIZE = 50;

/** The entries with a seq over `after`, oldest first. */
export function entriesAfter(
  em: EntityManager,
  room: Room,
  after: number,
  limit = BATCH_SIZE,
): Promise<Entry[]> {
  return entriesFrom(em, room, after + 1, after + limit);
}

/** The last `limit` entries with a seq below `before`, oldest first. */
export function entriesBefore(
  em: EntityManager,
  room: Room,
  before: number,
  limit = PAGE_SIZE,
): Promise<Entry[]> {
  const end = Math.min(before - 1, room.lastSeq);
  return entriesFrom(em, room, end - limit + 1, end);
}

/** The entries from seq `first` to `last`, both included, oldest first. */
export async function entriesFrom(
  em: EntityManager,
  room: Room,
  first: number,
  last: number,
): Promise<Entry[]> {
  const start = Math.max(first, 1);
  const end = Math.min(last, room.lastSeq);
  if (start > end) return [];
  return withMentions(
    em,
    await em.find(
      Entry,
      { room, seq: { $gte: start, $lte: end } },
      { orderBy: { seq: 'asc' }, populate: ['author', 'subject', 'attachment'], strategy: 'select-in' },
    ),
  );
}

const LATEST = `
  select seq from entry
  where room_id = ? and author_id = ? and kind = 'message' and seq > ? and seq < ?
  order by seq desc limit 1`;

/** The seq of the latest message of the same author ahead of an entry: over `after`, and among as many entries as a page shows. */
export async function latestMessageBefore(
  reader: Reader,
  { room, author, seq }: Pick<EntryRecord, 'room' | 'author' | 'seq'>,
  after: number,
): Promise<number | undefined> {
  const from = Math.max(after, seq - BATCH_SIZE - 1);
  return (await rowOf<{ seq: number }>(reader, LATEST, room.id, author.id, from, seq))?.seq;
}

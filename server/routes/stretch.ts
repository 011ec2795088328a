import { BATCH_SIZE } from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';
import { PAGE_SIZE, stretchOfDay } from '../chat/history.ts';
import type { RoomDetails } from '../chat/room-details.ts';
import type { Context } from '../context.ts';
import { readerZone } from '../middleware/render.ts';
import { dayAfter, day as dayInWords, dayKey, startOfDay } from '../view/dates.ts';
import { seq } from './parameters.ts';

/** The part of a log that a page shows. */
export interface Stretch {
  first: number;
  last: number;
  /** The seq that the client has seen, if the page shows the entries after it. */
  after?: number | undefined;
  /** Which entries stay, if all together are too large for a page: by default the last ones. */
  keep?: 'first';
  day?: { words: string; before: DayLink | undefined; after: DayLink | undefined };
}

interface DayLink {
  key: string;
  words: string;
}

/** The part of the log that the address asks for: the latest entries, unless it says otherwise. */
export async function stretchOf(ctx: Context, room: RoomDetails): Promise<Stretch> {
  const query = ctx.refused ? {} : ctx.query;
  const [before, from, after] = (['before', 'from', 'after'] as const).map((name) => seq(name, query[name]));
  if (query.day) return dayOf(ctx, room, String(query.day));
  if (before !== undefined) {
    const last = Math.min(before - 1, room.lastSeq);
    return { first: Math.max(last - PAGE_SIZE + 1, 1), last };
  }
  if (from !== undefined) {
    const first = Math.min(Math.max(from, 1), room.lastSeq + 1);
    return { first, last: Math.min(first + PAGE_SIZE - 1, room.lastSeq), keep: 'first' };
  }
  const count = after === undefined ? 0 : Math.min(room.lastSeq - after, BATCH_SIZE);
  return { first: Math.max(room.lastSeq - Math.max(PAGE_SIZE, count) + 1, 1), last: room.lastSeq, after };
}

/** One day in the reader's zone, and links to the day before and the day after on which something was said. */
async function dayOf(ctx: Context, room: RoomDetails, key: string): Promise<Stretch> {
  const zone = readerZone(ctx);
  const start = startOfDay(key, zone);
  const end = start && startOfDay(dayAfter(key), zone);
  if (!start || !end)
    throw new Invalid({ day: 'There is no such day. Enter it as year, month and day, like 2026-01-31.' });
  const { first, last, before, after } = await stretchOfDay(ctx.reader, room, start, end, BATCH_SIZE);
  const link = (at: Date | undefined): DayLink | undefined =>
    at && { key: dayKey(at.toISOString(), zone), words: dayInWords(at.toISOString(), zone) };
  const words = dayInWords(start.toISOString(), zone);
  return { first, last, keep: 'first', day: { words, before: link(before), after: link(after) } };
}

import { randomUUID } from 'node:crypto';
import { announcementsIn } from '../chat/announcements.ts';
import { blockedBy } from '../chat/block.ts';
import { entriesOfDay } from '../chat/day.ts';
import {
  BATCH_SIZE,
  countMessagesAfter,
  entriesBefore,
  entriesFrom,
  PAGE_SIZE,
  type Entry,
} from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';
import type { Belonging } from '../chat/membership.ts';
import { countMentionsAfter } from '../chat/mention.ts';
import type { Room } from '../chat/room.ts';
import type { Context } from '../context.ts';
import { day as dayInWords, dayAfter, dayKey, startOfDay } from '../dates.ts';
import { me } from '../middleware/current-user.ts';
import { freshMark, zoneOf } from '../middleware/pages.ts';
import { isOpening } from '../middleware/signs-of-life.ts';
import { quantity } from '../view.ts';
import { seq } from './parameters.ts';

/** What the page of a room shows of its log: the latest, or from somewhere in its history. */
export async function logPage(ctx: Context, { room, membership }: Belonging) {
  const { entries, after, day, isPastEnd } = await stretch(ctx, room);
  const first = entries[0]?.seq ?? (isPastEnd ? room.lastSeq + 1 : 1);
  const last = entries.at(-1)?.seq ?? (isPastEnd ? room.lastSeq : 0);
  const shown = ctx.refused ? undefined : seq('show', ctx.query.show); // a folded message that the reader wants to see
  const read = Math.max(membership.readSeq, ctx.reads.of(membership.user.id, room.id));
  if (isOpening(ctx) && entries.length > 0) ctx.reads.shown(membership.user.id, room.id, last);
  const isLatest = last === room.lastSeq;
  return {
    lines: await linesFor(ctx, entries, shown),
    reportIn: me(ctx).reportLinks ? room.id : undefined,
    day,
    earlier: first > 1 && !day ? first : undefined,
    later: isLatest || (day && entries.length < BATCH_SIZE) ? undefined : last + 1,
    isHistory: !isLatest || day !== undefined,
    last: room.lastSeq,
    mark:
      after !== undefined
        ? await newMark(ctx, room, Math.min(after, room.lastSeq), first)
        : isLatest
          ? await unreadMark(ctx, room, read, first)
          : undefined,
    announcements: announcementsIn({ room, membership }),
    key: randomUUID(),
    check: freshMark(),
  };
}

/** Entries as the reader gets them: what is their own is told, and what is of people they blocked folded, but for the one that they want to see. */
export async function linesFor(ctx: Context, entries: Entry[], shown?: number) {
  const user = me(ctx);
  const blocked = new Set((await blockedBy(ctx.em, user)).map(({ id }) => id));
  return entries.map((entry) => ({
    ...ctx.view.line(entry, entry.seq === shown ? undefined : blocked),
    isOwn: entry.author.id === user.id,
    reader: user.username,
  }));
}

async function stretch(
  ctx: Context,
  room: Room,
): Promise<{ entries: Entry[]; after?: number | undefined; day?: object | undefined; isPastEnd?: boolean }> {
  const query = ctx.refused ? {} : ctx.query;
  const [before, from, after] = (['before', 'from', 'after'] as const).map((name) => seq(name, query[name]));
  if (query.day) return dayPage(ctx, room, String(query.day));
  if (before !== undefined) return { entries: await entriesBefore(ctx.em, room, before) };
  if (from !== undefined)
    return {
      entries: await entriesFrom(ctx.em, room, from, Math.max(from, 1) + PAGE_SIZE - 1),
      isPastEnd: from > room.lastSeq,
    };
  const fresh = after === undefined ? 0 : room.lastSeq - after;
  return {
    entries: await entriesBefore(
      ctx.em,
      room,
      room.lastSeq + 1,
      Math.max(PAGE_SIZE, Math.min(fresh, BATCH_SIZE)),
    ),
    after,
  };
}

/** One day in the reader's zone, with the day before and the day after on which something was said. */
async function dayPage(ctx: Context, room: Room, key: string) {
  const zone = zoneOf(ctx);
  const start = startOfDay(key, zone);
  const end = start && startOfDay(dayAfter(key), zone);
  ctx.fields.day = key; // for the page to give it back
  if (!start || !end)
    throw new Invalid({ day: 'There is no such day. Enter it as year, month and day, like 2026-01-31.' });
  const { entries, before, after } = await entriesOfDay(ctx.em, room, start, end, BATCH_SIZE);
  const link = (at: Date | undefined) =>
    at && { key: dayKey(at.toISOString(), zone), words: dayInWords(at.toISOString(), zone) };
  return {
    entries,
    day: { words: dayInWords(start.toISOString(), zone), before: link(before), after: link(after) },
  };
}

/** A heading in the log ahead of entry `from`; `cut` is where it belongs, if that is not on the page. */
interface Mark {
  id: 'new' | 'unread';
  words: string;
  from: number;
  cut: number | undefined;
}

/** What came after the seq that the address names. */
async function newMark(ctx: Context, room: Room, after: number, first: number): Promise<Mark> {
  const count = await countMessagesAfter(ctx.em, room, after);
  return {
    id: 'new',
    words: count ? quantity(count, 'new message') : 'No new messages',
    ...place(after, first),
  };
}

/** What came after the entry that the reader was shown last. */
async function unreadMark(ctx: Context, room: Room, read: number, first: number): Promise<Mark | undefined> {
  const count = read < room.lastSeq ? await countMessagesAfter(ctx.em, room, read) : 0;
  if (count === 0) return undefined;
  const mentions = await countMentionsAfter(ctx.em, me(ctx), room, read);
  return {
    id: 'unread',
    words:
      quantity(count, 'unread message') +
      (mentions ? `, ${quantity(mentions, 'mentions you', 'mention you')}` : ''),
    ...place(read, first),
  };
}

const place = (after: number, first: number) => ({
  from: Math.max(after + 1, first),
  cut: first > after + 1 ? after + 1 : undefined,
});

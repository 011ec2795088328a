import { randomUUID } from 'node:crypto';
import { BATCH_SIZE, countMessagesAfter, entriesBefore, entriesFrom, PAGE_SIZE, type Entry } from '../chat/entry.ts';
import type { Room } from '../chat/room.ts';
import type { Context } from '../context.ts';
import { freshMark, seq } from './parameters.ts';

/** What the page of a room shows of its log: the latest, or from somewhere in its history. */
export async function logPage(ctx: Context, room: Room) {
  const [before, from, after] = (['before', 'from', 'after'] as const).map((name) => seq(name, ctx.refused ? undefined : ctx.query[name]));
  const entries = await stretch(ctx, room, { before, from, after });
  const first = entries[0]?.seq ?? 1;
  const last = entries.at(-1)?.seq ?? 0;
  return {
    lines: entries.map((entry) => ctx.view.line(entry)),
    earlier: first > 1 ? first : undefined,
    later: last < room.lastSeq ? last + 1 : undefined,
    last: room.lastSeq,
    news: after === undefined ? undefined : await newsAfter(ctx, room, Math.min(after, room.lastSeq), first),
    key: randomUUID(),
    check: freshMark(ctx),
  };
}

function stretch(ctx: Context, room: Room, { before, from, after }: Record<'before' | 'from' | 'after', number | undefined>): Promise<Entry[]> {
  if (before !== undefined) return entriesBefore(ctx.em, room, before);
  if (from !== undefined) return entriesFrom(ctx.em, room, from, from + PAGE_SIZE - 1);
  const fresh = after === undefined ? 0 : room.lastSeq - after;
  return entriesBefore(ctx.em, room, room.lastSeq + 1, Math.max(PAGE_SIZE, Math.min(fresh, BATCH_SIZE)));
}

/** What came after a seq: how many messages, the first entry, and whether the page begins later than that. */
async function newsAfter(ctx: Context, room: Room, after: number, first: number) {
  return { count: await countMessagesAfter(ctx.em, room, after), from: Math.max(after + 1, first), cut: first > after + 1 ? after + 1 : undefined };
}

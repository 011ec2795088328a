import { type MemberDetails, memberRoom } from './room-access.ts';
import { departureOf } from '../chat/departure.ts';
import { BATCH_SIZE } from '../chat/entry.ts';
import { RoomNotFound } from '../chat/errors.ts';
import { requirePresence } from '../chat/presence.ts';
import type { RoomDetails } from '../chat/room-details.ts';
import type { Context, Handler } from '../context.ts';
import { fitting } from '../live/tail.ts';
import { mapInSlices } from '../live/slices.ts';
import { blockedIds, presentRoom, requireUser, requireViewer } from '../middleware/current-user.ts';
import { seeOther } from '../middleware/reply.ts';
import { isUserNavigation, wantsJson } from '../middleware/request.ts';
import { roomId, seq } from './parameters.ts';

/** GET /poll?room=ID&after=SEQ: the new entries of the room that the user is in; `room` may be left out */
export const poll: Handler = async (ctx) => {
  const { id: user } = requireViewer(ctx);
  const room = await memberRoom(
    ctx,
    ctx.query.room === undefined ? await ownRoom(ctx) : roomId(ctx, ctx.query.room),
  );
  if (!ctx.token && (await presentRoom(ctx)) !== room.id)
    await requirePresence(ctx.em, requireUser(ctx), room);
  const after = seq('after', ctx.query.after) ?? 0;
  if (isUserNavigation(ctx)) ctx.leases.record(user, { lease: 'script', inRoom: true });
  // `unseen`: the script shows a page of the past, or its tab is hidden.
  if (!ctx.query.unseen) recordSeen(ctx, room, after);
  if (after === room.lastSeq) ctx.status = 204;
  else sendJson(ctx, (await entriesAfter(ctx, room, after)).json);
};

/** The page of a script has shown the entries up to `after`. */
function recordSeen(ctx: Context, room: MemberDetails, after: number): void {
  if (after > room.membership.readSeq && !ctx.token)
    ctx.readMarkers.record(requireViewer(ctx).id, room.id, Math.min(after, room.lastSeq));
}

/** The id of the room that the user is in. @throws NotInRoom if they were in one, else RoomNotFound */
async function ownRoom(ctx: Context): Promise<number> {
  if (ctx.token?.room) return ctx.token.room;
  const room = await presentRoom(ctx);
  if (room !== undefined) return room;
  throw (await departureOf(ctx.em, requireUser(ctx)))?.toRefusal() ?? new RoomNotFound();
}

/** GET /rooms/ID/entries: the history for members, `before` or `after` a seq. `seen`: the page of a conversation, which needs no presence, has shown what is up to `after`. */
export const list: Handler = async (ctx) => {
  const number = roomId(ctx);
  requireViewer(ctx);
  if (!wantsJson(ctx)) return seeOther(ctx, `/rooms/${number}${ctx.search}`);
  const room = await memberRoom(ctx);
  const before = seq('before', ctx.query.before);
  const after = seq('after', ctx.query.after) ?? 0;
  if (ctx.query.seen && !ctx.query.unseen && isUserNavigation(ctx)) recordSeen(ctx, room, after);
  if (before === undefined) return sendJson(ctx, (await entriesAfter(ctx, room, after)).json);
  const last = Math.min(before - 1, room.lastSeq);
  const texts = await entryTexts(ctx, room.id, last - BATCH_SIZE + 1, last);
  sendJson(ctx, answerOf(room, texts.slice(-fitting(texts.map(({ json }) => json).toReversed())), 0).json);
};

/** An entry as JSON. */
export interface EntryText {
  seq: number;
  json: string;
}

/** The answer for a script that has seen the log up to `after`: its text, and the `after` of its next request. */
export async function entriesAfter(
  ctx: Context,
  room: Pick<RoomDetails, 'id' | 'name' | 'lastSeq'>,
  after: number,
): Promise<{ json: string; after: number }> {
  const first = Math.min(after, room.lastSeq) + 1;
  const texts = await entryTexts(ctx, room.id, first, Math.min(first + BATCH_SIZE - 1, room.lastSeq));
  return answerOf(room, texts.slice(0, fitting(texts.map(({ json }) => json))), first - 1);
}

function answerOf(room: Pick<RoomDetails, 'id' | 'name'>, entries: EntryText[], seen: number) {
  const after = entries.at(-1)?.seq ?? seen;
  const texts = entries.map(({ json }) => json).join(',');
  return {
    after,
    json: `{"room":${room.id},"name":${JSON.stringify(room.name)},"after":${after},"entries":[${texts}]}`,
  };
}

/** Entries as JSON, kept as polls of all users send them; folded where the user has blocked the author. */
export async function entryTexts(
  ctx: Context,
  room: number,
  first: number,
  last: number,
): Promise<EntryText[]> {
  const blocked = await blockedIds(ctx);
  const entries = await ctx.logCache.entries(room, Math.max(first, 1), last);
  return mapInSlices(entries, (entry) => {
    const { record, sources } = entry;
    const hidden = sources.map((user) => (blocked.has(user) ? 'blocked' : 'shown'));
    const json = ctx.logCache.json(entry, hidden.join(' '), () =>
      JSON.stringify(ctx.view.entryJson(record, blocked)),
    );
    return { seq: record.seq, json };
  });
}

export function sendJson(ctx: Context, json: string): void {
  ctx.type = 'json';
  ctx.body = json;
}

import { blockedBy } from '../chat/block.ts';
import { BATCH_SIZE, entriesAfter, entriesBefore, type Entry } from '../chat/entry.ts';
import { roomOfMember } from '../chat/membership.ts';
import { presenceIn } from '../chat/presence.ts';
import type { Room } from '../chat/room.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { wantsJson } from '../middleware/errors.ts';
import { seeOther } from '../middleware/pages.ts';
import { isOpening } from '../middleware/signs-of-life.ts';
import { roomId, seq } from './parameters.ts';

/** GET /poll?room=ID&after=SEQ: what is new in the room that the person is in */
export const poll: Handler = async (ctx) => {
  const user = me(ctx);
  const { room, membership } = await roomOfMember(ctx.em, user, roomId(ctx, ctx.query.room ?? ''));
  await presenceIn(ctx.em, user, room);
  const after = seq('after', ctx.query.after) ?? 0;
  if (isOpening(ctx)) ctx.leases.heard(user.id, { lease: 'script', inRoom: true });
  // A script that polls for a page of the past, or in a tab that nobody sees, says so.
  if (after > membership.readSeq && !ctx.query.unseen)
    ctx.reads.shown(user.id, room.id, Math.min(after, room.lastSeq));
  if (after === room.lastSeq) ctx.status = 204;
  else
    ctx.body = await delta(ctx, room, Math.min(after, room.lastSeq), await entriesAfter(ctx.em, room, after));
};

/** GET /rooms/ID/entries: history for members, from `before` or `after` a seq */
export const list: Handler = async (ctx) => {
  const user = me(ctx);
  const number = roomId(ctx);
  if (!wantsJson(ctx)) return seeOther(ctx, `/rooms/${number}${ctx.search}`);
  const { room } = await roomOfMember(ctx.em, user, number);
  const before = seq('before', ctx.query.before);
  const after = seq('after', ctx.query.after) ?? 0;
  if (before === undefined)
    ctx.body = await delta(ctx, room, Math.min(after, room.lastSeq), await entriesAfter(ctx.em, room, after));
  else ctx.body = await delta(ctx, room, 0, await entriesBefore(ctx.em, room, before, BATCH_SIZE));
};

/** What a script gets: entries in order, and the `after` that asks for what follows them. */
export async function delta(ctx: Context, room: Room, after: number, entries: Entry[]) {
  const blocked = new Set((await blockedBy(ctx.em, me(ctx))).map(({ id }) => id));
  return {
    room: room.id,
    name: room.name,
    after: entries.at(-1)?.seq ?? after,
    entries: entries.map((entry) => ctx.view.delta(entry, blocked)),
  };
}

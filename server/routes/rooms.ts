import { isBanned } from '../chat/ban.ts';
import { tellDeparture } from '../chat/departure.ts';
import { questionsTo } from '../chat/friendship.ts';
import { roomFor, roomOfAdmin } from '../chat/membership.ts';
import { presenceOf, usernamesIn, whyOut } from '../chat/presence.ts';
import { createRoom, deleteRoom } from '../chat/room.ts';
import { roomList } from '../chat/room-list.ts';
import type { Handler } from '../context.ts';
import { unlessFull } from '../database/full.ts';
import { me } from '../middleware/current-user.ts';
import { framing } from '../middleware/headers.ts';
import { flash, seeOther } from '../middleware/pages.ts';
import { isOpening } from '../middleware/signs-of-life.ts';
import { logPage } from './log-page.ts';
import { field, roomId } from './parameters.ts';
import { enterUnlessElsewhere } from './presence.ts';

/** GET /rooms */
export const list: Handler = async (ctx) => {
  const user = me(ctx);
  const told = isOpening(ctx) ? await tellDeparture(ctx.em, user) : undefined;
  const presence = await presenceOf(ctx.em, user);
  await ctx.reads.writeDown().catch(unlessFull);
  ctx.page('rooms/list.njk', {
    ...(await roomList(ctx.em, user)),
    told,
    current: presence?.room,
    asking: await questionsTo(ctx.em, user),
  });
};

/** POST /rooms */
export const create: Handler = async (ctx) => {
  const user = me(ctx);
  await ctx.limits.draw('room', ctx);
  const room = await ctx.em.transactional((em) =>
    createRoom(em, user, { name: field(ctx, 'name'), access: field(ctx, 'access') }, ctx.now),
  );
  await enterUnlessElsewhere(ctx, user, room.id);
  seeOther(ctx, `/rooms/${room.id}`);
};

/** GET /rooms/ID: the room as its member sees it, or what a stranger may know of it */
export const show: Handler = async (ctx) => {
  const user = me(ctx);
  const { room, membership } = await roomFor(ctx.em, user, roomId(ctx));
  const presence = await presenceOf(ctx.em, user);
  const isIn = presence?.room.id === room.id;
  if (isIn && isOpening(ctx)) ctx.leases.heard(user.id, { lease: 'page', inRoom: true });
  const hasFrame = membership && !['off', 'stream'].includes(user.liveView);
  if (hasFrame) framing(ctx);
  ctx.page('rooms/show.njk', {
    room,
    hasFrame,
    membership,
    isIn,
    isBanned: !membership && (await isBanned(ctx.em, user, room.id)),
    current: isIn ? undefined : presence?.room,
    out: isIn || !membership ? undefined : (await whyOut(ctx.em, user, room, presence)).message,
    present: membership ? await usernamesIn(ctx.em, room) : [],
    ...(membership && (await logPage(ctx, { room, membership }))),
  });
};

/** GET /rooms/ID/delete */
export const askDelete: Handler = async (ctx) => {
  const { room } = await roomOfAdmin(ctx.em, me(ctx), roomId(ctx));
  ctx.page('rooms/delete.njk', { room, present: await usernamesIn(ctx.em, room) });
};

/** POST /rooms/ID/delete */
export const remove: Handler = async (ctx) => {
  const user = me(ctx);
  const { room } = await roomOfAdmin(ctx.em, user, roomId(ctx));
  const wasIn = (await presenceOf(ctx.em, user))?.room.id === room.id;
  const files = await ctx.em.transactional((em) => deleteRoom(em, user, room.id));
  await ctx.files.remove(files);
  if (!wasIn) flash(ctx, `The room ${room.name} was deleted, with all its messages.`);
  seeOther(ctx, '/rooms');
};

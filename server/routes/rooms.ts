import { deleteRoom } from '../chat/administration.ts';
import { hasDepartureMessage, takeDepartureMessage } from '../chat/departure.ts';
import { countRequestsTo } from '../chat/friendship.ts';
import { roomOfAdmin } from '../chat/membership.ts';
import { createRoom } from '../chat/new-room.ts';
import { enterIfFree, presenceOf } from '../chat/presence.ts';
import { deleteSlice } from '../chat/room-deletion.ts';
import { presentNames, roomDetails } from '../chat/room-details.ts';
import { roomList } from '../chat/room-list.ts';
import type { Context, Handler } from '../context.ts';
import { markAllRead } from '../live/read-markers.ts';
import { presentRoom, requireUser, requireViewer } from '../middleware/current-user.ts';
import { flash, seeOther } from '../middleware/reply.ts';
import { isUserNavigation } from '../middleware/request.ts';
import { isWellFormed } from '../text/characters.ts';
import { isolated } from '../text/direction.ts';
import { field, pageNumber, roomId } from './parameters.ts';
import { adminRoom } from './room-access.ts';

/** GET /rooms, with `q` those with a part of this name: each list by pages, of which the open rooms have `page` */
export const list: Handler = async (ctx) => {
  const { id } = requireViewer(ctx);
  const pages = {
    own: pageNumber(ctx, 'own'),
    direct: pageNumber(ctx, 'direct'),
    open: pageNumber(ctx, 'page'),
  };
  const q = queryOf(ctx);
  if (q) await ctx.rateLimiter.consume('search', ctx);
  const lists = await roomList(ctx.reader, id, pages, { q, unsaved: ctx.readMarkers.unsavedOf(id) });
  const place = await presentRoom(ctx);
  ctx.plainPage('rooms/list.njk', {
    ...lists,
    q,
    address: q ? `/rooms?q=${encodeURIComponent(q)}&` : '/rooms?',
    hasUnread: [...lists.own.rows, ...lists.direct.rows].some(({ unread }) => unread > 0),
    told: await departureOnce(ctx),
    current: place === undefined ? undefined : await roomDetails(ctx.reader, id, place),
    asking: await countRequestsTo(ctx.reader, id),
  });
};

/** The part of a name that the list is asked for. Nothing is found by a text that no name can have. */
function queryOf({ query, refused }: Context): string {
  const { q } = query;
  if (refused || typeof q !== 'string') return '';
  return isWellFormed(q) ? q.trim().slice(0, 200) : '\u{10ffff}';
}

/** The sentence about the room that the user was in, when a page shows it for the first time. */
async function departureOnce(ctx: Context): Promise<string | undefined> {
  if (!isUserNavigation(ctx) || !(await hasDepartureMessage(ctx.reader, requireViewer(ctx).id)))
    return undefined;
  return takeDepartureMessage(ctx.em, requireUser(ctx));
}

/** POST /rooms */
export const create: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('room', ctx);
  const room = await ctx.em.transactional((em) =>
    createRoom(em, user, { name: field(ctx, 'name'), access: field(ctx, 'access') }, ctx.now),
  );
  await ctx.em.transactional((em) => enterIfFree(em, user, room.id, ctx));
  seeOther(ctx, `/rooms/${room.id}`);
};

/** POST /rooms/read: marks everything in the user's rooms as read */
export const markRead: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.em.transactional((em) => markAllRead(em, user.id));
  ctx.readMarkers.recordChange(user.id);
  flash(ctx, 'Everything is marked as read.');
  seeOther(ctx, '/rooms');
};

/** GET /rooms/ID/delete */
export const askDelete: Handler = async (ctx) => {
  const room = await adminRoom(ctx);
  ctx.page('rooms/delete.njk', { room, present: await presentNames(ctx.reader, room.id) });
};

/** POST /rooms/ID/delete */
export const remove: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const { room } = await roomOfAdmin(ctx.em, user, roomId(ctx));
  const wasIn = (await presenceOf(ctx.em, user))?.room.id === room.id;
  await ctx.em.transactional((em) => deleteRoom(em, user, room.id));
  const { files } = await deleteSlice(ctx.em, room.id); // all of a short log; of a long one, housekeeping deletes the rest
  await ctx.files.remove(files);
  if (!wasIn) flash(ctx, `The room ${isolated(room.name)} was deleted, with all its messages.`);
  seeOther(ctx, '/rooms');
};

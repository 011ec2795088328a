import { recordAct } from '../chat/act.ts';
import { deleteAnyRoom } from '../chat/administration.ts';
import { Invalid, RoomNotFound } from '../chat/errors.ts';
import { userNamed } from '../chat/people.ts';
import { roomsPage, shownRoom, type ShownRoom } from '../chat/rooms-shown.ts';
import type { Context, Handler } from '../context.ts';
import { requireOperator, requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { lockOperator } from './operator.ts';
import { field, id, pageNumber, roomId } from './parameters.ts';

/** GET /operator/rooms: the latest ones, those whose names begin as in `?begins=lob`, or those that a user made, `?by=ada` */
export const list: Handler = async (ctx) => {
  requireOperator(ctx);
  const { begins, by } = ctx.query;
  const beginning = typeof begins === 'string' ? begins : '';
  const creator = typeof by === 'string' ? await userNamed(ctx.em, by) : undefined;
  ctx.page('operator/rooms.njk', {
    rooms: await roomsPage(
      ctx.reader,
      { beginning, ...(creator && { creator: creator.id }) },
      pageNumber(ctx, 'page'),
    ),
    begins: beginning,
    by: creator?.username,
    check: freshParameter(),
  });
};

/** POST /operator/rooms: finds a room by the number in its address, or all whose names begin so */
export const find: Handler = async (ctx) => {
  requireOperator(ctx);
  const q = field(ctx, 'q').trim();
  const number = id(q);
  if (number !== undefined && (await shownRoom(ctx.reader, number)))
    return seeOther(ctx, `/operator/rooms/${number}`);
  const { rows } = q ? await roomsPage(ctx.reader, { beginning: q }, 1) : { rows: [] };
  if (rows.length === 0)
    throw new Invalid({
      q: q
        ? 'There is no room with this number, and none whose name begins so. Check it.'
        : 'Enter the name of a room, the beginning of it, or the number in its address.',
    });
  seeOther(ctx, `/operator/rooms?begins=${encodeURIComponent(q)}&${freshParameter()}`);
};

/** GET /operator/rooms/ID */
export const show: Handler = async (ctx) => {
  requireOperator(ctx);
  ctx.page('operator/room.njk', { room: await roomOf(ctx) });
};

/** GET /operator/rooms/ID/delete: asks */
export const askDelete: Handler = async (ctx) => {
  requireOperator(ctx);
  const room = await roomOf(ctx);
  ctx.page('operator/act.njk', {
    address: `/operator/rooms/${room.id}/delete`,
    back: { address: `/operator/rooms/${room.id}`, name: room.name },
    label: 'Delete room',
    explanation: `This deletes the room ${room.name}, which ${room.creator} made, with all its messages, images and files, for everybody. The users in it are told that it was deleted. It cannot be undone.`,
  });
};

/** POST /operator/rooms/ID/delete */
export const remove: Handler = async (ctx) => {
  requireOperator(ctx);
  const operator = requireUser(ctx);
  const room = await roomOf(ctx);
  await ctx.em.transactional(async (em) => {
    await lockOperator(em, operator);
    await deleteAnyRoom(em, room.id);
    await recordAct(em, 'room deleted', { at: ctx.now, by: operator.id, room: room.id });
  });
  flash(ctx, `The room ${room.name} was deleted, with all its messages.`);
  seeOther(ctx, `/operator/rooms?${freshParameter()}`);
};

async function roomOf(ctx: Context): Promise<ShownRoom> {
  const room = await shownRoom(ctx.reader, roomId(ctx));
  if (!room) throw new RoomNotFound();
  return room;
}

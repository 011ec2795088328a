import { membersPage } from '../chat/members.ts';
import { presentPage } from '../chat/present-users.ts';
import type { Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { freshParameter } from '../middleware/reply.ts';
import { pageNumber } from './parameters.ts';
import { memberRoom } from './room-access.ts';

/** GET /rooms/ID/present: all users in a room and its members, for these; does not leave the room */
export const show: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  await stayIn(ctx, room);
  ctx.page('rooms/present.njk', {
    room,
    present: await presentPage(ctx.reader, room.id, pageNumber(ctx, 'page')),
    members: await membersPage(ctx.reader, room.id, pageNumber(ctx, 'members')),
    check: freshParameter(),
  });
};

import { countMessagesAfter, roomDetails } from '../chat/room-details.ts';
import type { Context } from '../context.ts';
import { requireViewer } from '../middleware/current-user.ts';
import { landing } from '../middleware/reply.ts';
import { readIn } from './shown-log.ts';

/** Where a user lands who has entered a room: at the first unread message if there is one, else where its page opens. */
export async function landingIn(ctx: Context, id: number): Promise<string> {
  const room = await roomDetails(ctx.reader, requireViewer(ctx).id, id);
  const address = `/rooms/${id}`;
  if (!room?.membership) return address; // removed or deleted meanwhile: that page says so
  const read = readIn(ctx, { ...room, membership: room.membership });
  return (await countMessagesAfter(ctx.reader, room, read)) > 0
    ? `${address}#unread`
    : address + landing(ctx);
}

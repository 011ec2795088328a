import * as pins from '../chat/pin.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { id, roomId } from './parameters.ts';

/** POST /rooms/ID/messages/SEQ/pin */
export const pin = pinAction(
  (ctx, em, admin, room, seq) => pins.pin(em, admin, room, seq, ctx.now),
  'The message is pinned. The page of the room links to it.',
);

/** POST /rooms/ID/messages/SEQ/unpin */
export const unpin = pinAction(
  (ctx, em, admin, room, seq) => pins.unpin(em, admin, room, seq, ctx.now),
  'The message is no longer pinned.',
);

/** Returns the handler of an act on a message. Its page then shows `done`. */
function pinAction(
  work: (ctx: Context, em: Context['em'], admin: User, room: number, seq: number) => Promise<void>,
  done: string,
): Handler {
  return async (ctx) => {
    const admin = requireUser(ctx);
    const room = roomId(ctx);
    const seq = id(ctx.params.seq) ?? 0;
    await ctx.rateLimiter.consume('manage', ctx);
    await ctx.em.transactional((em) => work(ctx, em, admin, room, seq));
    flash(ctx, done);
    seeOther(ctx, `/rooms/${room}/messages/${seq}?${freshParameter()}`);
  };
}

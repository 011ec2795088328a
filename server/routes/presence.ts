import * as presence from '../chat/presence.ts';
import { Elsewhere, Invalid } from '../chat/errors.ts';
import { roomFor } from '../chat/membership.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { seeOther } from '../middleware/pages.ts';
import * as attachments from './attachments.ts';
import { answer, store } from './messages.ts';
import { field, id, roomId } from './parameters.ts';

/** POST /rooms/ID/enter: enters, and where a message came with it posts that too, or neither; a file has to be chosen again */
export const enter: Handler = async (ctx) => {
  const user = me(ctx);
  const room = roomId(ctx);
  const leave = id(field(ctx, 'leave'));
  await ctx.limits.draw('enter', ctx);
  if ('body' in ctx.fields) await ctx.limits.draw('post', ctx);
  const posted = await ctx.em.transactional(async (em) => {
    await presence.enter(em, user, room, { ...ctx, leave });
    return 'body' in ctx.fields && !('description' in ctx.fields) ? store(ctx, em, user, room) : undefined;
  });
  if (posted) return answer(ctx, posted);
  if ('description' in ctx.fields) {
    ctx.showForm = attachments.form;
    throw new Invalid({ file: 'You have entered the room. Choose the file again, and send it.' });
  }
  seeOther(ctx, `/rooms/${room}`);
};

/** POST /rooms/ID/leave: with `closing=1` a script says that its page is being left, or only reloaded */
export const leave: Handler = async (ctx) => {
  const user = me(ctx);
  const room = roomId(ctx);
  await roomFor(ctx.em, user, room);
  if (field(ctx, 'closing') === '1') {
    if (await presence.close(ctx.em, user, room, ctx.now)) ctx.leases.unheard(user.id);
    ctx.status = 204;
    return;
  }
  await ctx.em.transactional((em) => presence.leave(em, user, room, ctx.now));
  seeOther(ctx, '/rooms');
};

/** Puts whoever has made a room into it; whoever is in another one finds the choice on its page. */
export async function enterUnlessElsewhere(ctx: Context, user: User, room: number): Promise<void> {
  try {
    await ctx.em.transactional((em) => presence.enter(em, user, room, ctx));
  } catch (error) {
    if (!(error instanceof Elsewhere)) throw error;
  }
}

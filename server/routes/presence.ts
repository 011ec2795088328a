import { roomFor } from '../chat/membership.ts';
import * as presence from '../chat/presence.ts';
import type { Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { InvalidForm } from '../middleware/errors.ts';
import { seeOther } from '../middleware/reply.ts';
import * as attachments from './attachments.ts';
import { endDraftOf } from './drafts.ts';
import { landingIn } from './landing.ts';
import { field, id, roomId } from './parameters.ts';
import { answer, store } from './posting.ts';

/** POST /rooms/ID/enter: enters, and posts the message in the form if there is one, in one transaction. A file has to be chosen again. */
export const enter: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const room = roomId(ctx);
  const leave = id(field(ctx, 'leave'));
  await ctx.rateLimiter.consume('enter', ctx);
  if ('body' in ctx.fields) await ctx.rateLimiter.consume('post', ctx);
  const posted = await ctx.em.transactional(async (em) => {
    await presence.enter(em, user, room, { now: ctx.now, leaseTimes: ctx.leaseTimes, leave });
    return 'body' in ctx.fields && !('description' in ctx.fields) ? store(ctx, em, user, room) : undefined;
  });
  if (posted) await endDraftOf(ctx, user, room);
  if (posted) return answer(ctx, posted);
  if ('description' in ctx.fields) {
    throw new InvalidForm(
      { file: 'You have entered the room. Choose the file again, and send it.' },
      { form: attachments.form },
    );
  }
  seeOther(ctx, await landingIn(ctx, room));
};

/** POST /rooms/ID/leave. With `closing=1` a script says that its page is closing, or being reloaded. */
export const leave: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const room = roomId(ctx);
  await roomFor(ctx.em, user, room);
  if (field(ctx, 'closing') === '1') {
    // The time of the transaction: if it had to wait, that of the request may be so long ago that the user would leave at once.
    const close = (em: typeof ctx.em) => presence.close(em, user, room, ctx.clock());
    if (await ctx.em.transactional(close)) ctx.leases.discard(user.id);
    ctx.status = 204;
    return;
  }
  await ctx.em.transactional((em) => presence.leave(em, user, room, ctx.now));
  seeOther(ctx, '/rooms');
};

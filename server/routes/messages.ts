import { randomUUID } from 'node:crypto';
import { Invalid } from '../chat/errors.ts';
import { type Posted, postMessage } from '../chat/post.ts';
import { checkedReply } from '../chat/reply.ts';
import { lockActor, type User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser } from '../middleware/current-user.ts';
import { wantsJson } from '../middleware/request.ts';
import { endDraftOf, keepForLater } from './drafts.ts';
import { field, id, roomId, seq } from './parameters.ts';
import { answer, store, type StoredMessage } from './posting.ts';

/** POST /rooms/ID/messages */
export const post: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const room = roomId(ctx);
  if (!ctx.early.isCounted) await ctx.rateLimiter.consume('post', ctx);
  if (ctx.token) {
    const after = seq('after', ctx.fields.after || undefined);
    return answer(ctx, { ...(await storeByToken(ctx, user, room)), after });
  }
  if (field(ctx, 'later') && !wantsJson(ctx)) return keepForLater(ctx, user, room);
  const stored =
    (await storeWithOthers(ctx, user, room)) ??
    (await ctx.em.transactional((em) => store(ctx, em, user, room)));
  ctx.leases.record(user.id, { inRoom: true });
  await endDraftOf(ctx, user, room);
  await answer(ctx, stored);
};

/** POST /hooks/TOKEN: a message of a program that knows nothing of Plainchat. Answers as Slack does. */
export const hook: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const room = ctx.token?.room ?? id(ctx.query.room);
  if (room === undefined)
    throw new Invalid({
      room: 'This token is for all your rooms. Add ?room= and the number of a room to the address.',
    });
  await ctx.rateLimiter.consume('post', ctx);
  const { repeated } = await storeByToken(ctx, user, room);
  if (!repeated) ctx.metrics?.countMessage();
  ctx.type = 'text/plain';
  ctx.body = 'ok';
};

/** Stores a message of a program. The user need not be in the room, and does not enter it. */
function storeByToken(ctx: Context, user: User, room: number): Promise<Posted> {
  const key = field(ctx, 'key') || randomUUID();
  const reply = checkedReply(field(ctx, 'reply'));
  const typed = { body: field(ctx, 'body'), key, reply, byToken: true, isFromOutside: true };
  return ctx.em.transactional(async (em) => {
    await lockActor(em, user); // no presence is asked for, whose end would tell that access has ended
    return postMessage(em, user, room, typed, ctx.now);
  });
}

/** Stores the message in the next batch. Undefined if it was not stored: `store` then stores it or throws the refusal. */
async function storeWithOthers(ctx: Context, user: User, room: number): Promise<StoredMessage | undefined> {
  const after = ctx.fields.after || undefined;
  const reply = field(ctx, 'reply');
  if ([after, reply].some((seq) => seq && !/^\d{1,9}$/.test(seq))) return undefined;
  const post = {
    user: user.id,
    room,
    body: field(ctx, 'body'),
    key: field(ctx, 'key'),
    reply: Number(reply),
    now: ctx.now,
  };
  const entry = await ctx.postQueue.post(post);
  return entry && { entry, repeated: false, after: seq('after', after) };
}

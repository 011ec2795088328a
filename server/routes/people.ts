import { randomUUID } from 'node:crypto';
import { blockedPage, friendsPage, personNamed, requestsPage, sharedRooms } from '../chat/acquaintances.ts';
import { setAwayMessage } from '../chat/away-message.ts';
import { blockUser, unblockUser } from '../chat/block.ts';
import { openDirect } from '../chat/direct.ts';
import { Invalid } from '../chat/errors.ts';
import { endFriendship } from '../chat/friendship.ts';
import { createGroup } from '../chat/new-room.ts';
import { befriend, findUser, userNamed } from '../chat/people.ts';
import { postMessage } from '../chat/post.ts';
import { enter, enterIfFree } from '../chat/presence.ts';
import type { LimitedAction } from '../chat/rate-limit.ts';
import { lockActor, type User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { requireUser, requireViewer } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { wantsJson } from '../middleware/request.ts';
import { isolated } from '../text/direction.ts';
import { landingIn } from './landing.ts';
import { field, id, pageNumber, seq } from './parameters.ts';
import { answer } from './posting.ts';
import { memberRoom } from './room-access.ts';
import { recordShown } from './shown-log.ts';

/** GET /people, four lists with pages of their own, as `?friends=2`; with `q` in the address, as POST */
export const list: Handler = async (ctx) => {
  const { id: user } = requireViewer(ctx);
  if (ctx.query.q !== undefined && ctx.method !== 'POST' && !ctx.refused) return find(ctx);
  const { reader } = ctx;
  const [friends, received, sent, blocked] = await Promise.all([
    friendsPage(reader, user, pageNumber(ctx, 'friends')),
    requestsPage(reader, user, 'received', pageNumber(ctx, 'received')),
    requestsPage(reader, user, 'sent', pageNumber(ctx, 'sent')),
    blockedPage(reader, user, pageNumber(ctx, 'blocked')),
  ]);
  ctx.plainPage('people/list.njk', { friends, received, sent, blocked });
};

/** POST /people: not GET, so that no email address gets into an address bar or a log */
export const find: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const q = ctx.fields.q ?? ctx.query.q;
  await ctx.rateLimiter.consume('search', ctx);
  if (typeof q !== 'string') throw new Invalid({ q: 'Enter an email address or a username.' });
  const other = await findUser(ctx.em, user, q);
  seeOther(ctx, `/people/${encodeURIComponent(other.username)}`);
};

/** POST /people/away: an away message, or none if the field is empty */
export const setAway: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('manage', ctx);
  const text = field(ctx, 'away');
  await ctx.em.transactional((em) => setAwayMessage(em, user, text));
  flash(ctx, text.trim() ? 'Your away message is set.' : 'You have no away message now.');
  seeOther(ctx, `/people?${freshParameter()}`);
};

/** GET /people/USERNAME */
export const show: Handler = async (ctx) => {
  const { id: user } = requireViewer(ctx);
  const person = await personNamed(ctx.reader, user, ctx.params.username ?? '');
  ctx.page('people/show.njk', {
    person,
    shared: person.id === user ? [] : await sharedRooms(ctx.reader, user, person.id),
    key: randomUUID(),
  });
};

/** POST /people/USERNAME/note: leaves a message in the conversation, and the user stays where they are. With `after`, the form is on the page of the conversation, whose script is answered as by a post. */
export const note: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const other = await userNamed(ctx.em, ctx.params.username ?? '');
  await ctx.rateLimiter.consume('post', ctx);
  const after = seq('after', ctx.fields.after || undefined);
  const typed = { body: field(ctx, 'body'), key: field(ctx, 'key'), isFromOutside: true };
  const { entry, repeated } = await ctx.em.transactional(async (em) => {
    const room = await openDirect(em, user, other, ctx.now);
    return postMessage(em, user, room.id, typed, ctx.now);
  });
  if (wantsJson(ctx)) return answer(ctx, { entry, repeated, after });
  if (!repeated) ctx.metrics?.countMessage();
  await recordShown(ctx, await memberRoom(ctx, entry.room.id), entry.seq, entry.seq); // not unread for its author
  if (after !== undefined)
    return seeOther(ctx, `/rooms/${entry.room.id}?after=${Math.min(after, entry.seq - 1)}#new`);
  flash(ctx, `Your message to ${isolated(other.username)} is sent.`);
  seeOther(ctx, `/people/${encodeURIComponent(other.username)}`);
};

/** POST /people/USERNAME/message: creates the direct room if there is none, and enters it */
export const message: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const other = await userNamed(ctx.em, ctx.params.username ?? '');
  await ctx.rateLimiter.consume('enter', ctx);
  const room = await ctx.em.transactional((em) => openDirect(em, user, other, ctx.now));
  await ctx.em.transactional((em) =>
    enter(em, user, room.id, { now: ctx.now, leaseTimes: ctx.leaseTimes, leave: id(field(ctx, 'leave')) }),
  );
  seeOther(ctx, await landingIn(ctx, room.id));
};

/** POST /people/USERNAME/friend: sends a friend request, or accepts one */
export const friend = userAction(
  (ctx, em, user, other) => befriend(em, user, other, ctx.now),
  (name, areFriends) =>
    areFriends ? `You and ${name} are friends.` : `Your friend request to ${name} is sent.`,
  'ask',
);

/** POST /people/USERNAME/unfriend: ends a friendship, or cancels or declines a friend request */
export const unfriend = userAction(
  (_, em, user, other) => endFriendship(em, user, other),
  (name) => `You and ${name} are not friends, and there is no friend request.`,
);

/** POST /people/USERNAME/block */
export const blockPerson = userAction(
  (_, em, user, other) => blockUser(em, user, other),
  (name) => `You have blocked ${name}. They are not told.`,
);

/** POST /people/USERNAME/unblock */
export const unblockPerson = userAction(
  (_, em, user, other) => unblockUser(em, user, other),
  (name) => `${name} is no longer blocked.`,
);

/** POST /groups: creates a room of friends; each has a field `friend-ID` */
export const group: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('room', ctx);
  const ids = new Set(Object.keys(ctx.fields).flatMap((name) => id(/^friend-(\d+)$/.exec(name)?.[1]) ?? []));
  const room = await ctx.em.transactional((em) => createGroup(em, user, field(ctx, 'name'), ids, ctx.now));
  await ctx.em.transactional((em) => enterIfFree(em, user, room.id, ctx));
  seeOther(ctx, `/rooms/${room.id}`);
};

/** Returns the handler of an action on another user. Their page then shows `done`. */
function userAction<T>(
  work: (ctx: Context, em: Context['em'], user: User, other: User) => Promise<T>,
  done: (name: string, result: T) => string,
  limit?: LimitedAction,
): Handler {
  return async (ctx) => {
    const user = requireUser(ctx);
    if (limit) await ctx.rateLimiter.consume(limit, ctx);
    const other = await userNamed(ctx.em, ctx.params.username ?? '');
    const result = await ctx.em.transactional(async (em) => {
      await lockActor(em, user, other);
      return work(ctx, em, user, other);
    });
    flash(ctx, done(isolated(other.username), result));
    seeOther(ctx, `/people/${encodeURIComponent(other.username)}?${freshParameter()}`);
  };
}

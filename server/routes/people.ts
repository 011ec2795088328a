import { block, blockedBy, hasBlocked, unblock } from '../chat/block.ts';
import { openDirect } from '../chat/direct.ts';
import { befriend, endFriendship, friendshipOf } from '../chat/friendship.ts';
import { createGroup } from '../chat/group.ts';
import type { Act } from '../chat/limit.ts';
import { acquaintances, findPerson, personNamed } from '../chat/people.ts';
import { enter } from '../chat/presence.ts';
import { Invalid } from '../chat/errors.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { flash, freshMark, seeOther } from '../middleware/pages.ts';
import { field, id } from './parameters.ts';
import { enterUnlessElsewhere } from './presence.ts';

/** GET /people: with `q` in the address, as POST */
export const list: Handler = async (ctx) => {
  const user = me(ctx);
  if (ctx.query.q !== undefined && ctx.method !== 'POST' && !ctx.refused) return find(ctx);
  ctx.page('people/list.njk', {
    acquaintances: await acquaintances(ctx.em, user),
    blocked: await blockedBy(ctx.em, user),
  });
};

/** POST /people: so that no email address stands in an address bar or a log */
export const find: Handler = async (ctx) => {
  const user = me(ctx);
  ctx.showForm = list;
  const q = ctx.fields.q ?? ctx.query.q;
  await ctx.limits.draw('search', ctx);
  if (typeof q !== 'string') throw new Invalid({ q: 'Enter an email address or a username.' });
  ctx.fields.q = q;
  const person = await findPerson(ctx.em, user, q);
  seeOther(ctx, `/people/${encodeURIComponent(person.username)}`);
};

/** GET /people/USERNAME */
export const show: Handler = async (ctx) => {
  const user = me(ctx);
  const person = await personNamed(ctx.em, ctx.params.username ?? '');
  ctx.page('people/show.njk', {
    person,
    standing: (await friendshipOf(ctx.em, user, person))?.standing(user),
    isBlocked: await hasBlocked(ctx.em, user, person),
  });
};

/** POST /people/USERNAME/message: opens the conversation of the two, and enters it */
export const message: Handler = async (ctx) => {
  const user = me(ctx);
  const person = await personNamed(ctx.em, ctx.params.username ?? '');
  await ctx.limits.draw('enter', ctx);
  const room = await ctx.em.transactional((em) => openDirect(em, user, person, ctx.now));
  await ctx.em.transactional((em) => enter(em, user, room.id, { ...ctx, leave: id(field(ctx, 'leave')) }));
  seeOther(ctx, `/rooms/${room.id}`);
};

/** POST /people/USERNAME/friend: asks, or accepts */
export const friend = act(
  (ctx, em, user, person) => befriend(em, user, person, ctx.now),
  (name) => `Done: you and ${name} are friends, or will be once ${name} accepts.`,
  'ask',
);

/** POST /people/USERNAME/unfriend: ends a friendship, withdraws a question, or declines one */
export const unfriend = act(
  (_, em, user, person) => endFriendship(em, user, person),
  (name) => `You and ${name} are not friends, and nothing is asked.`,
);

/** POST /people/USERNAME/block */
export const blockPerson = act(
  (_, em, user, person) => block(em, user, person),
  (name) => `You have blocked ${name}. They are not told.`,
);

/** POST /people/USERNAME/unblock */
export const unblockPerson = act(
  (_, em, user, person) => unblock(em, user, person),
  (name) => `${name} is not blocked any more.`,
);

/** POST /groups: a room of chosen friends; each stands in a field `friend-ID` */
export const group: Handler = async (ctx) => {
  const user = me(ctx);
  await ctx.limits.draw('room', ctx);
  const ids = new Set(Object.keys(ctx.fields).flatMap((name) => id(/^friend-(\d+)$/.exec(name)?.[1]) ?? []));
  const room = await ctx.em.transactional((em) => createGroup(em, user, field(ctx, 'name'), ids, ctx.now));
  await enterUnlessElsewhere(ctx, user, room.id);
  seeOther(ctx, `/rooms/${room.id}`);
};

/** An act on a person, after which their page says that it is done. */
function act(
  work: (ctx: Context, em: Context['em'], user: User, person: User) => Promise<void>,
  done: (name: string) => string,
  limit?: Act,
): Handler {
  return async (ctx) => {
    const user = me(ctx);
    if (limit) await ctx.limits.draw(limit, ctx);
    const person = await personNamed(ctx.em, ctx.params.username ?? '');
    await ctx.em.transactional((em) => work(ctx, em, user, person));
    flash(ctx, done(person.username));
    seeOther(ctx, `/people/${encodeURIComponent(person.username)}?${freshMark()}`);
  };
}

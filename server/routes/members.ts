import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import * as administration from '../chat/administration.ts';
import { membersOf, roomOfMember } from '../chat/membership.ts';
import { lookUp } from '../chat/people.ts';
import { leave, presenceOf } from '../chat/presence.ts';
import { quit as giveUp } from '../chat/quit.ts';
import { findByUsername, type User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { me } from '../middleware/current-user.ts';
import { flash, freshMark, seeOther } from '../middleware/pages.ts';
import { isOpening } from '../middleware/signs-of-life.ts';
import { field, roomId } from './parameters.ts';

/** GET /rooms/ID/manage: for members; opening it is leaving the room */
export const manage: Handler = async (ctx) => {
  const user = me(ctx);
  const { room, membership } = await roomOfMember(ctx.em, user, roomId(ctx));
  const presence = await presenceOf(ctx.em, user);
  const hasLeft = presence?.room.id === room.id && isOpening(ctx);
  if (hasLeft) await ctx.em.transactional((em) => leave(em, user, room.id, ctx.now, { told: true }));
  ctx.page('members/manage.njk', { room, membership, members: await membersOf(ctx.em, room), hasLeft });
};

/** POST /rooms/ID/rename */
export const rename = act(
  (ctx, em, admin, id) => administration.renameRoom(em, admin, id, field(ctx, 'name'), ctx.now),
  'The name of the room is saved.',
);

/** POST /rooms/ID/members */
export const add: Handler = async (ctx) => {
  const admin = me(ctx);
  await ctx.limits.draw('search', ctx);
  const person = await lookUp(ctx.em, admin, field(ctx, 'username'));
  await act(
    (_, em, admin, id) => administration.addMember(em, admin, id, person, ctx.now),
    `${person?.username} is a member now.`,
  )(ctx);
};

/** POST /rooms/ID/members/USERNAME/remove */
export const remove: Handler = async (ctx) => {
  const person = await findByUsername(ctx.em, ctx.params.username ?? '');
  await act(
    (_, em, admin, id) => administration.removeMember(em, admin, id, person, ctx.now),
    `${person?.username} was removed.`,
  )(ctx);
};

/** POST /rooms/ID/members/USERNAME/role */
export const changeRole: Handler = async (ctx) => {
  const person = await findByUsername(ctx.em, ctx.params.username ?? '');
  const role = field(ctx, 'role');
  await act(
    (_, em, admin, id) => administration.changeRole(em, admin, id, person, role, ctx.now),
    `${person?.username} is ${role === 'admin' ? 'an administrator' : 'a member'} now.`,
  )(ctx);
};

/** POST /rooms/ID/quit */
export const quit: Handler = async (ctx) => {
  const user = me(ctx);
  const { room } = await roomOfMember(ctx.em, user, roomId(ctx));
  await ctx.em.transactional((em) => giveUp(em, user, room.id, ctx.now));
  flash(
    ctx,
    room.access === 'direct'
      ? `The conversation ${room.name} is hidden until something is said in it.`
      : `You are no longer a member of ${room.name}.`,
  );
  seeOther(ctx, '/rooms');
};

/** An act of an administrator, after which the page of members says that it is done. */
function act(
  work: (ctx: Context, em: EntityManager, admin: User, room: number) => Promise<void>,
  done: string,
): Handler {
  return async (ctx) => {
    const admin = me(ctx);
    const id = roomId(ctx);
    await ctx.limits.draw('manage', ctx);
    await ctx.em.transactional((em) => work(ctx, em, admin, id));
    flash(ctx, done);
    seeOther(ctx, `/rooms/${id}/manage?${freshMark()}`);
  };
}

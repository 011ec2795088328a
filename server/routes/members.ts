import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import * as administration from '../chat/administration.ts';
import { roomAs } from '../chat/direct.ts';
import { countMembers, membersPage } from '../chat/members.ts';
import { roomOfMember } from '../chat/membership.ts';
import { lookUpUser } from '../chat/people.ts';
import { leave } from '../chat/presence.ts';
import { giveUp } from '../chat/quit.ts';
import { rowOf } from '../chat/reader.ts';
import type { User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { presentRoom, requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { isUserNavigation } from '../middleware/request.ts';
import { isolated } from '../text/direction.ts';
import { unlikeLatin } from '../text/scripts.ts';
import { field, pageNumber, roomId } from './parameters.ts';
import { memberRoom } from './room-access.ts';

/** GET /rooms/ID/manage: for members; leaves the room */
export const manage: Handler = async (ctx) => {
  const room = await memberRoom(ctx);
  const hasLeft = isUserNavigation(ctx) && (await presentRoom(ctx)) === room.id;
  if (hasLeft)
    await ctx.em.transactional((em) => leave(em, requireUser(ctx), room.id, ctx.now, { told: true }));
  ctx.page('members/manage.njk', {
    room,
    membership: room.membership,
    members: await membersPage(ctx.reader, room.id, pageNumber(ctx, 'page')),
    memberCount: await countMembers(ctx.reader, room.id),
    hasLeft,
    isBare: room.membership.role === 'admin' && (await isToldBare(ctx, room.id)),
    check: freshParameter(),
  });
};

/** Whether mails about a room have no text of its messages. */
async function isToldBare({ reader }: Context, room: number): Promise<boolean> {
  const row = await rowOf<{ bare: boolean | number }>(
    reader,
    'select told_bare as bare from room where id = ?',
    room,
  );
  return Boolean(row?.bare);
}

/** POST /rooms/ID/rename */
export const rename = adminAction(
  (ctx, em, admin, id) => administration.renameRoom(em, admin, id, field(ctx, 'name'), ctx.now),
  'The name of the room is saved.',
);

/** POST /rooms/ID/topic */
export const topic = adminAction(
  (ctx, em, admin, id) => administration.setTopic(em, admin, id, field(ctx, 'topic'), ctx.now),
  'The topic of the room is saved.',
);

/** POST /rooms/ID/mail-text */
export const mailText = adminAction(
  (ctx, em, admin, id) => administration.setMailText(em, admin, id, field(ctx, 'mailText')),
  'Your choice for mails about this room is saved.',
);

/** POST /rooms/ID/members */
export const add: Handler = async (ctx) => {
  const admin = requireUser(ctx);
  await ctx.rateLimiter.consume('search', ctx);
  const other = await lookUpUser(ctx.em, admin, field(ctx, 'username'));
  await adminAction(
    (_, em, admin, id) => administration.addMember(em, admin, id, other, ctx.now),
    `${isolated(other?.username ?? '')}${other && unlikeLatin(other.username) ? ` (${unlikeLatin(other.username)})` : ''} is a member now.`,
  )(ctx);
};

/** POST /rooms/ID/quit */
export const quit: Handler = async (ctx) => {
  const user = requireUser(ctx);
  const { room } = await roomOfMember(ctx.em, user, roomId(ctx));
  await ctx.em.transactional((em) => giveUp(em, user, room.id, ctx.now));
  flash(
    ctx,
    room.access === 'direct'
      ? `The conversation with ${isolated((await roomAs(ctx.em, user, room)).name)} is hidden until there is a new message.`
      : `You are no longer a member of ${isolated(room.name)}.`,
  );
  seeOther(ctx, '/rooms');
};

/** Returns the handler of an administrator's action. The next page shows `done`. */
export function adminAction(
  work: (ctx: Context, em: EntityManager, admin: User, room: number) => Promise<void>,
  done: string,
): Handler {
  return async (ctx) => {
    const admin = requireUser(ctx);
    const id = roomId(ctx);
    await ctx.rateLimiter.consume('manage', ctx);
    await ctx.em.transactional((em) => work(ctx, em, admin, id));
    flash(ctx, done);
    const page = /^[1-9]\d{0,3}$/.test(field(ctx, 'page')) ? `page=${field(ctx, 'page')}&` : '';
    seeOther(ctx, `/rooms/${id}/manage?${page}${freshParameter()}`);
  };
}

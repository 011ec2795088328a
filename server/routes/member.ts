import * as administration from '../chat/administration.ts';
import { NotFound } from '../chat/errors.ts';
import { memberNamed } from '../chat/members.ts';
import { findByUsername } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { isolated } from '../text/direction.ts';
import { adminAction, manage } from './members.ts';
import { field, id } from './parameters.ts';
import { adminRoom } from './room-access.ts';

/** GET /rooms/ID/members/USERNAME: for administrators, what can be changed of a member */
export const show: Handler = (ctx) => showMember(ctx, 'members/member.njk');

/** GET /rooms/ID/members/USERNAME/removal */
export const askRemove: Handler = (ctx) => showMember(ctx, 'members/remove.njk');

async function showMember(ctx: Context, template: string): Promise<void> {
  const room = await adminRoom(ctx);
  const member = await memberNamed(ctx.reader, room.id, ctx.params.username ?? '');
  if (!member && ctx.refused) return manage(ctx); // which says that they are no member any more
  if (!member) throw new NotFound('This person is not a member of the room. Choose one of its members.');
  ctx.page(template, { room, member, page: id(ctx.query.page) ?? id(field(ctx, 'page')) });
}

/** POST /rooms/ID/members/USERNAME/remove */
export const remove: Handler = async (ctx) => {
  const other = await findByUsername(ctx.em, ctx.params.username ?? '');
  await adminAction(
    (_, em, admin, id) => administration.removeMember(em, admin, id, other, ctx.now),
    `${isolated(other?.username ?? '')} was removed.`,
  )(ctx);
};

/** POST /rooms/ID/members/USERNAME/role */
export const changeRole: Handler = async (ctx) => {
  const other = await findByUsername(ctx.em, ctx.params.username ?? '');
  const role = field(ctx, 'role');
  await adminAction(
    (_, em, admin, id) => administration.changeRole(em, admin, id, other, role, ctx.now),
    `${isolated(other?.username ?? '')} is ${role === 'admin' ? 'an administrator' : 'a member'} now.`,
  )(ctx);
};

import { NotFound } from '../chat/errors.ts';
import * as invitations from '../chat/invitation.ts';
import { enter } from '../chat/presence.ts';
import type { Handler } from '../context.ts';
import { stayIn } from '../middleware/activity.ts';
import { entityOf, requireUser } from '../middleware/current-user.ts';
import { originOf } from '../middleware/origin.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { landingIn } from './landing.ts';
import { field, id, roomId } from './parameters.ts';
import { adminRoom } from './room-access.ts';

/** GET /rooms/ID/invitations: for administrators; does not leave the room */
export const list: Handler = async (ctx) => {
  const room = await adminRoom(ctx);
  await stayIn(ctx, room);
  ctx.page('rooms/invitations.njk', {
    room,
    invitations: (await invitations.invitationsOf(ctx.em, room.id, ctx.now)).map(
      ({ id, token, maker, uses, used, expiresAt }) => ({
        id,
        token,
        maker: maker.username,
        usesLeft: uses - used,
        uses,
        expiresAt: expiresAt.toISOString(),
      }),
    ),
    origin: originOf(ctx),
  });
};

/** POST /rooms/ID/invitations */
export const make: Handler = async (ctx) => {
  const admin = requireUser(ctx);
  const room = roomId(ctx);
  await ctx.rateLimiter.consume('manage', ctx);
  const typed = { days: field(ctx, 'days'), uses: field(ctx, 'uses') };
  await ctx.em.transactional((em) => invitations.invite(em, admin, room, typed, ctx.now));
  flash(ctx, 'The invitation is made. Copy its link, and send it to those whom you invite.');
  seeOther(ctx, `/rooms/${room}/invitations?${freshParameter()}`);
};

/** POST /rooms/ID/invitations/NUMBER/end */
export const end: Handler = async (ctx) => {
  const admin = requireUser(ctx);
  const room = roomId(ctx);
  const number = id(ctx.params.number);
  if (number === undefined) throw new NotFound();
  await ctx.rateLimiter.consume('manage', ctx);
  await ctx.em.transactional((em) => invitations.endInvitation(em, admin, room, number));
  flash(ctx, 'The invitation has ended. Its link leads nowhere.');
  seeOther(ctx, `/rooms/${room}/invitations?${freshParameter()}`);
};

/** GET /join/TOKEN: which room it is, and who invites; for visitors without a session the way to an account */
export const show: Handler = async (ctx) => {
  const invitation = await invitations.invitationWith(ctx.em, ctx.params.token ?? '', ctx.now);
  const user = ctx.user ?? entityOf(ctx);
  ctx.page('rooms/join.njk', {
    room: { id: invitation.room.id, name: invitation.room.name, topic: invitation.room.topic },
    maker: invitation.maker.username,
    isMember: user && (await invitations.isMemberOf(ctx.em, user, invitation)),
    next: `/join/${invitation.token}`,
  });
};

/** POST /join/TOKEN: becomes a member, and enters */
export const join: Handler = async (ctx) => {
  const user = requireUser(ctx);
  await ctx.rateLimiter.consume('enter', ctx);
  const room = await ctx.em.transactional((em) =>
    invitations.join(em, user, ctx.params.token ?? '', ctx.now),
  );
  await ctx.em.transactional((em) => enter(em, user, room, ctx));
  seeOther(ctx, await landingIn(ctx, room));
};

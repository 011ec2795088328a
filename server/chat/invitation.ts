import { defineEntity, type EntityManager, p, raw } from '@mikro-orm/core';
import { randomBytes } from 'node:crypto';
import { lockRoomOfAdmin } from './administration.ts';
import { isBanned } from './ban.ts';
import { collectProblems } from './checks.ts';
import { Banned, Invalid, NotFound } from './errors.ts';
import { Membership } from './membership.ts';
import { lockRooms, Room } from './room.ts';
import { lockActor, User } from './user.ts';

/** Invitations of a room that hold at the same time. */
export const MOST_INVITATIONS = 20;
const MOST_DAYS = 30;
const MOST_USES = 100;
const DAY_MS = 86_400_000;

export const InvitationSchema = defineEntity({
  name: 'Invitation',
  tableName: 'invitation',
  properties: {
    id: p.integer().primary().autoincrement(),
    room: () => p.manyToOne(Room).deleteRule('cascade'),
    maker: () => p.manyToOne(User).deleteRule('cascade'),
    /** Kept as it is, so that administrators see the link as long as it holds. */
    token: p.string().unique(),
    madeAt: p.datetime(3),
    expiresAt: p.datetime(3),
    /** How many people may become members by it, and how many have. */
    uses: p.integer(),
    used: p.integer().default(0),
  },
});

/** A link by which people become members of a room. Its row is deleted when it ends. */
export class Invitation extends InvitationSchema.class {}
InvitationSchema.setClass(Invitation);

/** Those that hold. */
const holding = (now: Date) => ({ expiresAt: { $gt: now }, used: { $lt: raw('uses') } });

/**
 * Makes an invitation. Runs inside a transaction.
 * @param typed the days for which it holds, and how many people may use it
 * @throws Invalid for `days` and `uses`, or if there are `MOST_INVITATIONS`, and as `roomOfAdmin`
 */
export async function invite(
  em: EntityManager,
  admin: User,
  id: number,
  typed: { days: string; uses: string },
  now: Date,
): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id);
  const { days, uses } = collectProblems({
    days: () => numberIn('days', typed.days, MOST_DAYS),
    uses: () => numberIn('uses', typed.uses, MOST_USES),
  });
  await deleteEndedInvitations(em, now, { room });
  if ((await em.count(Invitation, { room })) >= MOST_INVITATIONS)
    throw new Invalid({ '': `A room has at most ${MOST_INVITATIONS} invitations. End one of them first.` });
  const expiresAt = new Date(now.getTime() + days * DAY_MS);
  const token = randomBytes(18).toString('base64url');
  em.create(Invitation, { room, maker: admin, token, madeAt: now, expiresAt, uses });
  await em.flush();
}

const WORDS = { days: 'days', uses: 'people' };

function numberIn(name: 'days' | 'uses', typed: string, most: number): number {
  const number = /^\s*\d{1,4}\s*$/.test(typed) ? Number(typed) : NaN;
  if (number >= 1 && number <= most) return number;
  throw new Invalid({ [name]: `Enter a whole number of ${WORDS[name]} from 1 to ${most}.` });
}

/** The invitations of a room that hold, newest first. */
export function invitationsOf(em: EntityManager, room: number, now: Date): Promise<Invitation[]> {
  return em.find(
    Invitation,
    { room, ...holding(now) },
    { orderBy: { id: 'desc' }, populate: ['maker'], limit: MOST_INVITATIONS },
  );
}

/** Ends an invitation; does nothing if it has ended. Runs inside a transaction. @throws as `roomOfAdmin` */
export async function endInvitation(
  em: EntityManager,
  admin: User,
  id: number,
  number: number,
): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id);
  await em.nativeDelete(Invitation, { room, id: number });
}

/** Returns an invitation that holds. @throws NotFound if it has ended or never existed */
export async function invitationWith(em: EntityManager, token: string, now: Date): Promise<Invitation> {
  const invitation = await em.findOne(
    Invitation,
    { token, ...holding(now) },
    { populate: ['room', 'maker'], refresh: true },
  );
  if (!invitation)
    throw new NotFound(
      'This invitation has ended, or was not copied completely. Ask the person who sent it for a new one.',
    );
  return invitation;
}

/** Whether the user is a member of the room. @throws Banned if they were removed from it */
export async function isMemberOf(em: EntityManager, user: User, { room }: Invitation): Promise<boolean> {
  if (await isBanned(em, user, room.id)) throw new Banned(room);
  return (await em.count(Membership, { room, user })) > 0;
}

/**
 * Makes the user a member of the room, and uses the invitation once; not for a member. Returns the room's
 * id. Runs inside a transaction.
 * @throws as `invitationWith` and `isMemberOf`
 */
export async function join(em: EntityManager, user: User, token: string, now: Date): Promise<number> {
  const { room } = await invitationWith(em, token, now);
  await lockActor(em, user);
  await lockRooms(em, room.id);
  const invitation = await invitationWith(em, token, now); // again: others may have used it meanwhile
  if (await isMemberOf(em, user, invitation)) return room.id;
  const { lastSeq } = await em.findOneOrFail(Room, { id: room.id }, { refresh: true });
  em.create(Membership, { room, user, role: 'member', joinedAt: now, readSeq: lastSeq });
  invitation.used += 1;
  await em.flush();
  return room.id;
}

/** Deletes invitations that are too old or used up. @param of those of one room alone */
export async function deleteEndedInvitations(
  em: EntityManager,
  now: Date,
  of: { room?: Room } = {},
): Promise<void> {
  await em.nativeDelete(Invitation, {
    ...of,
    $or: [{ expiresAt: { $lte: now } }, { used: { $gte: raw('uses') } }],
  });
}

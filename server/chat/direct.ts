import { isolated } from '../text/direction.ts';
import type { EntityManager } from '@mikro-orm/core';
import { hasBlocked } from './block.ts';
import { Departure } from './departure.ts';
import { Forbidden, Invalid, type Refusal } from './errors.ts';
import { Membership } from './membership.ts';
import { renameRoomInReports } from './report.ts';
import { lockRooms, Room } from './room.ts';
import { lockActor, type User } from './user.ts';

/**
 * Returns the conversation of two users, and creates it if there is none. A new one stays hidden from
 * `other` until the first message. Runs inside a transaction.
 * @throws Invalid for oneself, and as `directRefusal`
 */
export async function openDirect(em: EntityManager, user: User, other: User, now: Date): Promise<Room> {
  if (user.id === other.id) throw new Invalid({ '': 'You cannot write to yourself. Choose somebody else.' });
  await lockActor(em, user, other);
  const refusal = await directRefusal(em, user, other);
  if (refusal) throw refusal;
  const pair = pairKeyOf(user, other);
  const room = await em.findOne(Room, { pair });
  if (room) {
    await em.nativeUpdate(Membership, { room, user }, { hidden: false });
    return room;
  }
  const created = em.create(Room, {
    name: directName(user.username, other.username),
    access: 'direct',
    pair,
    creator: user,
    createdAt: now,
  });
  em.create(Membership, { room: created, user, role: 'member', joinedAt: now });
  em.create(Membership, { room: created, user: other, role: 'member', joinedAt: now, hidden: true });
  await em.flush();
  return created;
}

/** Returns undefined if `user` can write to `other`. The sentence never says that they are blocked. */
export async function directRefusal(
  em: EntityManager,
  user: User,
  other: User,
): Promise<Refusal | undefined> {
  if (other.deletedAt)
    return new Forbidden(
      'This person has deleted their account, so you cannot write to them. You can still read the conversation.',
    );
  return blockRefusal(em, user, other);
}

/** Returns undefined if neither has blocked the other. The sentence never says that the user is blocked. */
export async function blockRefusal(em: EntityManager, user: User, other: User): Promise<Refusal | undefined> {
  if (await hasBlocked(em, user, other))
    return new Forbidden(`You have blocked ${isolated(other.username)}. Unblock them to write to them.`);
  if (await hasBlocked(em, other, user))
    return new Forbidden(`Messages to ${isolated(other.username)} cannot be delivered.`);
  return undefined;
}

/** The other user of a direct room. */
export async function partnerIn(em: EntityManager, room: Room, user: User): Promise<User> {
  const membership = await em.findOneOrFail(
    Membership,
    { room, user: { $ne: user.id } },
    { populate: ['user'] },
  );
  return membership.user;
}

/** A room as one user knows it: a conversation has the name of the other one. */
export async function roomAs(
  em: EntityManager,
  user: User,
  room: { id: number; name: string; access?: string },
): Promise<{ id: number; name: string }> {
  const { id, name, access } = room;
  if (access !== 'direct') return { id, name };
  const other = await em.findOne(Membership, { room: id, user: { $ne: user.id } }, { populate: ['user'] });
  return { id, name: other?.user.username ?? name };
}

/** Shows the conversation in the room lists of both users again. */
export async function unhide(em: EntityManager, room: Room): Promise<void> {
  await em.nativeUpdate(Membership, { room, hidden: true }, { hidden: false });
}

/** The name of a conversation, the same for both users. */
export function directName(...usernames: [string, string]): string {
  return usernames.toSorted((a, b) => a.localeCompare(b)).join(' and ');
}

/** Updates the names of a user's conversations after a change of username, also in reports and departures. */
export async function renameDirects(em: EntityManager, user: User): Promise<void> {
  const ids = (
    await em.find(Room, {
      access: 'direct',
      id: { $in: (await em.find(Membership, { user })).map(({ room }) => room.id) },
    })
  ).map(({ id }) => id);
  await lockRooms(em, ...ids);
  const memberships = await em.find(
    Membership,
    { user, room: { $in: ids } },
    { populate: ['room'], refresh: true },
  );
  for (const { room } of memberships) {
    const partner = await partnerIn(em, room, user);
    room.name = directName(user.username, partner.username);
    await renameRoomInReports(em, room);
    const users = { $in: [user.id, partner.id] };
    await em.nativeUpdate(Departure, { user: users, roomId: room.id }, { roomName: room.name });
  }
  await em.flush();
}

const pairKeyOf = (user: User, other: User): string =>
  `${Math.min(user.id, other.id)} ${Math.max(user.id, other.id)}`;

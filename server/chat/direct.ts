import type { EntityManager } from '@mikro-orm/core';
import { hasBlocked } from './block.ts';
import { Forbidden, Invalid, type Refusal } from './errors.ts';
import { lockBoth } from './friendship.ts';
import { Membership } from './membership.ts';
import { renameRoomInReports } from './report.ts';
import { lockRooms, Room } from './room.ts';
import type { User } from './user.ts';

/**
 * Returns the conversation of two people, and makes it where there is none: one, whoever opens it
 * first. For the other it stays hidden until something is said. Runs inside a transaction.
 * @throws Invalid with oneself, Forbidden where one of the two has blocked the other
 */
export async function openDirect(em: EntityManager, user: User, other: User, now: Date): Promise<Room> {
  if (user.id === other.id) throw new Invalid({ '': 'This is you. Find somebody else to talk to.' });
  await lockBoth(em, user, other);
  const refusal = await whyNotDirect(em, user, other);
  if (refusal) throw refusal;
  const pair = pairOf(user, other);
  const room = await em.findOne(Room, { pair });
  if (room) {
    await em.nativeUpdate(Membership, { room, user }, { hidden: false });
    return room;
  }
  const made = em.create(Room, {
    name: directName(user.username, other.username),
    access: 'direct',
    pair,
    creator: user,
    createdAt: now,
  });
  em.create(Membership, { room: made, user, role: 'member', joinedAt: now });
  em.create(Membership, { room: made, user: other, role: 'member', joinedAt: now, hidden: true });
  await em.flush();
  return made;
}

/** Why one cannot write to the other; undefined where one can. Whoever is blocked is not told that they are. */
export async function whyNotDirect(em: EntityManager, user: User, other: User): Promise<Refusal | undefined> {
  if (other.deletedAt)
    return new Forbidden(
      'They have deleted their account, so nothing more can be sent to them. What was said can still be read.',
    );
  if (await hasBlocked(em, user, other))
    return new Forbidden(`You have blocked ${other.username}. Unblock them to write to them.`);
  if (await hasBlocked(em, other, user))
    return new Forbidden(`Messages to ${other.username} cannot be delivered.`);
  return undefined;
}

/** The other of the two in a direct room. */
export async function partnerIn(em: EntityManager, room: Room, user: User): Promise<User> {
  const membership = await em.findOneOrFail(
    Membership,
    { room, user: { $ne: user.id } },
    { populate: ['user'] },
  );
  return membership.user as User;
}

/** Shows the conversation in both lists again, because something was said in it. */
export async function unhide(em: EntityManager, room: Room): Promise<void> {
  await em.nativeUpdate(Membership, { room, hidden: true }, { hidden: false });
}

/** What a conversation is called, the same for both. */
export function directName(...usernames: [string, string]): string {
  return usernames.sort((a, b) => a.localeCompare(b)).join(' and ');
}

/** Renames a person's conversations, also where they were reported, because their username has changed. */
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
    room.name = directName(user.username, (await partnerIn(em, room as Room, user)).username);
    await renameRoomInReports(em, room as Room);
  }
  await em.flush();
}

const pairOf = (user: User, other: User): string =>
  `${Math.min(user.id, other.id)} ${Math.max(user.id, other.id)}`;

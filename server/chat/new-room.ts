import { type EntityManager } from '@mikro-orm/core';
import { collectProblems } from './checks.ts';
import { appendEntry } from './entry.ts';
import { Invalid } from './errors.ts';
import { friendsAmong } from './friendship.ts';
import { Membership } from './membership.ts';
import { checkedRoomName, Room } from './room.ts';
import { lockActor, type User } from './user.ts';

/**
 * Creates a room for members only, with the user as its administrator and chosen friends as members.
 * Runs inside a transaction.
 * @param ids of the chosen friends; ids of other users are ignored
 * @throws Invalid for `friends` if no friend was chosen, and for `name`; and as `lockActor`
 */
export async function createGroup(
  em: EntityManager,
  user: User,
  name: string,
  ids: Set<number>,
  now: Date,
): Promise<Room> {
  await lockActor(em, user, ...(await friendsAmong(em, user, [...ids])));
  const chosen = await friendsAmong(em, user, [...ids]); // again: a friend may have ended the friendship before they were locked
  collectProblems({ friends: () => requireAtLeastOne(chosen), name: () => checkedRoomName(name) });
  const room = await createRoom(em, user, { name, access: 'invite' }, now);
  for (const friend of chosen) {
    em.create(Membership, { room, user: friend, role: 'member', joinedAt: now });
    appendEntry(em, room, { kind: 'added', author: user, subject: friend, at: now });
  }
  await em.flush();
  return room;
}

function requireAtLeastOne(chosen: User[]): void {
  if (chosen.length === 0) throw new Invalid({ friends: 'Choose at least one friend.' });
}

/**
 * Creates a room, with the user as its first administrator. Runs inside a transaction.
 * @throws Invalid for `name` and `access`, and as `lockActor`
 */
export async function createRoom(
  em: EntityManager,
  user: User,
  typed: { name: string; access: string },
  now: Date,
): Promise<Room> {
  const { name, access } = collectProblems({
    name: () => checkedRoomName(typed.name),
    access: () => checkedAccess(typed.access),
  });
  await lockActor(em, user);
  const room = em.create(Room, { name, access, creator: user, createdAt: now });
  em.create(Membership, { room, user, role: 'admin', joinedAt: now });
  await em.flush();
  return room;
}

/** Returns who may enter: `open` if nothing was chosen. @throws Invalid for `access` */
export function checkedAccess(text: string): 'open' | 'invite' {
  if (text === '' || text === 'open') return 'open';
  if (text === 'invite') return 'invite';
  throw new Invalid({ access: 'Choose who may enter: everybody, or only its members.' });
}

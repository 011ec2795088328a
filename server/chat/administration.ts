import type { EntityManager } from '@mikro-orm/core';
import { Ban } from './ban.ts';
import { hasBlocked } from './block.ts';
import { depart, Departure } from './departure.ts';
import { Invalid } from './errors.ts';
import { Membership, membersOf, roomOfAdmin, type Role } from './membership.ts';
import { presenceOf } from './presence.ts';
import { checkedRoomName, lockRooms, type Room } from './room.ts';
import { lockUser, type User } from './user.ts';

/**
 * What administrators of a room do. Each runs inside a transaction, locks the room, and then looks
 * whether the person still administers it: two who act on each other at once do so one by one.
 * Each throws `Invalid` with a sentence where it cannot be done, and as `roomOfAdmin`.
 */
export async function renameRoom(
  em: EntityManager,
  admin: User,
  id: number,
  typed: string,
  now: Date,
): Promise<void> {
  const room = await administered(em, admin, id);
  const name = checkedRoomName(typed);
  if (name === room.name) return;
  room.name = name;
  room.append(em, { kind: 'renamed', author: admin, body: name, at: now });
  await em.flush();
}

/** Makes a person a member, and lifts their ban. `person` is null where nobody was found. */
export async function addMember(
  em: EntityManager,
  admin: User,
  id: number,
  person: User | null,
  now: Date,
): Promise<void> {
  const room = await administered(em, admin, id);
  if (!person)
    throw new Invalid({ username: 'There is nobody with this username or email. Check it, and try again.' });
  if (await em.findOne(Membership, { room, user: person }))
    throw new Invalid({ username: `${person.username} is a member already.` });
  if (await hasBlocked(em, person, admin))
    throw new Invalid({ username: `${person.username} cannot be added.` });
  await em.nativeDelete(Ban, { room, user: person });
  await em.nativeDelete(Departure, { user: person, roomId: id });
  em.create(Membership, { room, user: person, role: 'member', joinedAt: now, readSeq: room.lastSeq });
  room.append(em, { kind: 'added', author: admin, subject: person, at: now });
  await em.flush();
}

/** Ends somebody's membership, takes them out of the room, and keeps them out until they are added again. */
export async function removeMember(
  em: EntityManager,
  admin: User,
  id: number,
  person: User | null,
  now: Date,
): Promise<void> {
  if (person) await lockUser(em, person);
  const room = await administered(em, admin, id);
  const membership = await membershipOf(em, room, person);
  if (membership.user.id === admin.id)
    throw new Invalid({
      '': 'You cannot remove yourself. To go for good, become a member first, then give up your membership.',
    });
  em.remove(membership);
  em.create(Ban, { room, user: membership.user });
  const presence = await presenceOf(em, membership.user);
  if (presence?.room.id === id) em.remove(presence); // one notice tells it: no `left` beside `removed`
  if (!presence || presence.room.id === id)
    await depart(em, membership.user, room, 'removed', { told: false });
  room.append(em, { kind: 'removed', author: admin, subject: membership.user, at: now });
  await em.flush();
}

/** Makes a member an administrator, or an administrator a member, unless they are the last. */
export async function changeRole(
  em: EntityManager,
  admin: User,
  id: number,
  person: User | null,
  typed: string,
  now: Date,
): Promise<void> {
  const room = await administered(em, admin, id);
  const membership = await membershipOf(em, room, person);
  const role = checkedRole(typed);
  if (membership.role === role) return;
  if (role === 'member') await refuseLast(em, room, membership.user);
  membership.role = role;
  room.append(em, { kind: 'role', author: admin, subject: membership.user, body: role, at: now });
  await em.flush();
}

async function administered(em: EntityManager, admin: User, id: number): Promise<Room> {
  await lockRooms(em, id);
  return (await roomOfAdmin(em, admin, id)).room;
}

async function membershipOf(em: EntityManager, room: Room, person: User | null) {
  const membership =
    person && (await em.findOne(Membership, { room, user: person }, { populate: ['user'], refresh: true }));
  if (!membership)
    throw new Invalid({ '': `${person?.username ?? 'This person'} is not a member of ${room.name}.` });
  return membership;
}

async function refuseLast(em: EntityManager, room: Room, user: User): Promise<void> {
  const admins = (await membersOf(em, room)).filter(({ role }) => role === 'admin');
  if (admins.length === 1)
    throw new Invalid({
      '': `${user.username} is the only administrator of ${room.name}. Make somebody else an administrator first.`,
    });
}

function checkedRole(text: string): Role {
  if (text === 'admin' || text === 'member') return text;
  throw new Invalid({ '': 'There is no such role. Choose administrator or member.' });
}

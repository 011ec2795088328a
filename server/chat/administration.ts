import { isolated } from '../text/direction.ts';
import { type EntityManager } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { Ban } from './ban.ts';
import { hasBlocked } from './block.ts';
import { chosenOption } from './checks.ts';
import { Departure, recordDeparture } from './departure.ts';
import { appendEntry } from './entry.ts';
import { Invalid, RoomNotFound } from './errors.ts';
import { Membership, type Role, roomOfAdmin } from './membership.ts';
import { presenceOf } from './presence.ts';
import { hideRoom } from './room-deletion.ts';
import { checkedRoomName, checkedTopic, lockRooms, Room } from './room.ts';
import { lockActor, type User } from './user.ts';

// Each function below runs inside a transaction, locks the two users and the room, then checks that the
// user still administers it: two administrators who act on each other at once do so one after the other.
// Each throws Invalid if the act is not possible, and as `lockActor` and `roomOfAdmin`.

export async function renameRoom(
  em: EntityManager,
  admin: User,
  id: number,
  typed: string,
  now: Date,
): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id);
  const name = checkedRoomName(typed);
  if (name === room.name) return;
  room.name = name;
  appendEntry(em, room, { kind: 'renamed', author: admin, body: name, at: now });
  await em.flush();
}

/** Sets the topic, or takes it away if the text is empty. */
export async function setTopic(
  em: EntityManager,
  admin: User,
  id: number,
  typed: string,
  now: Date,
): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id);
  const topic = checkedTopic(typed);
  if (topic === room.topic) return;
  room.topic = topic;
  appendEntry(em, room, { kind: 'topic', author: admin, body: topic, at: now });
  await em.flush();
}

/** Sets whether mails and posts about the room have the text of its messages. @throws Invalid for `mailText` */
export async function setMailText(em: EntityManager, admin: User, id: number, typed: string): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id);
  room.toldBare = chosenOption('mailText', { mailText: typed }, { yes: false, no: true }, room.toldBare);
  await em.flush();
}

/** Adds a member, and lifts their ban. `person` is null if nobody was found. */
export async function addMember(
  em: EntityManager,
  admin: User,
  id: number,
  person: User | null,
  now: Date,
): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id, person);
  if (!person)
    throw new Invalid({ username: 'There is nobody with this username or email. Check it, and try again.' });
  if (await em.findOne(Membership, { room, user: person }))
    throw new Invalid({ username: `${isolated(person.username)} is already a member. Add somebody else.` });
  if (await hasBlocked(em, person, admin))
    throw new Invalid({ username: `You cannot add ${isolated(person.username)}. Add somebody else.` });
  await em.nativeDelete(Ban, { room, user: person });
  await em.nativeDelete(Departure, { user: person, roomId: id });
  em.create(Membership, { room, user: person, role: 'member', joinedAt: now, readSeq: room.lastSeq });
  appendEntry(em, room, { kind: 'added', author: admin, subject: person, at: now });
  await em.flush();
}

/** Ends a membership, takes the user out of the room, and bans them until an administrator adds them again. */
export async function removeMember(
  em: EntityManager,
  admin: User,
  id: number,
  person: User | null,
  now: Date,
): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id, person);
  const membership = await membershipOf(em, room, person);
  if (membership.user.id === admin.id)
    throw new Invalid({
      '': 'You cannot remove yourself. To leave for good, make yourself a member, then give up your membership.',
    });
  em.remove(membership);
  em.create(Ban, { room, user: membership.user });
  const presence = await presenceOf(em, membership.user);
  if (presence?.room.id === id) em.remove(presence); // the notice `removed` says it, without `left`
  if (!presence || presence.room.id === id)
    await recordDeparture(em, membership.user, room, 'removed', { told: false });
  appendEntry(em, room, { kind: 'removed', author: admin, subject: membership.user, at: now });
  await em.flush();
}

/** Makes a member an administrator, or an administrator a member, except the last administrator. */
export async function changeRole(
  em: EntityManager,
  admin: User,
  id: number,
  person: User | null,
  typed: string,
  now: Date,
): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id, person);
  const membership = await membershipOf(em, room, person);
  const role = checkedRole(typed);
  if (membership.role === role) return;
  if (role === 'member') await refuseLastAdmin(em, room, membership.user);
  membership.role = role;
  appendEntry(em, room, { kind: 'role', author: admin, subject: membership.user, body: role, at: now });
  await em.flush();
}

/** Locks the room. Runs inside a transaction. @param person on whom the administrator acts @throws as `roomOfAdmin` */
export async function lockRoomOfAdmin(
  em: EntityManager,
  admin: User,
  id: number,
  person?: User | null,
): Promise<Room> {
  await lockActor(em, admin, ...(person ? [person] : []));
  await lockRooms(em, id);
  return (await roomOfAdmin(em, admin, id)).room;
}

async function membershipOf(em: EntityManager, room: Room, person: User | null) {
  const membership =
    person && (await em.findOne(Membership, { room, user: person }, { populate: ['user'], refresh: true }));
  if (!membership)
    throw new Invalid({
      '': `${person ? isolated(person.username) : 'This person'} is not a member of ${isolated(room.name)}. Choose one of its members.`,
    });
  return membership;
}

async function refuseLastAdmin(em: EntityManager, room: Room, user: User): Promise<void> {
  const otherAdmin = await em.findOne(Membership, { room, role: 'admin', user: { $ne: user.id } });
  if (!otherAdmin)
    throw new Invalid({
      '': `${isolated(user.username)} is the only administrator of ${isolated(room.name)}. Make somebody else an administrator first.`,
    });
}

function checkedRole(text: string): Role {
  if (text === 'admin' || text === 'member') return text;
  throw new Invalid({ '': 'There is no such role. Choose administrator or member.' });
}

/**
 * Deletes a room: it is out of everybody's sight at once, and users in it learn why. Its log is deleted by
 * `deleteHiddenRooms`.
 */
export async function deleteRoom(em: SqlEntityManager, user: User, id: number): Promise<void> {
  await hideRoom(em, await lockRoomOfAdmin(em, user, id));
}

/** As `deleteRoom`, for an operator. @throws RoomNotFound for a conversation of two, too */
export async function deleteAnyRoom(em: SqlEntityManager, id: number): Promise<void> {
  await lockRooms(em, id);
  const room = await em.findOne(Room, { id, access: { $in: ['open', 'invite'] } }, { refresh: true });
  if (!room) throw new RoomNotFound();
  await hideRoom(em, room);
}

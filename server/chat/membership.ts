import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { isBanned } from './ban.ts';
import { departureOf } from './departure.ts';
import { Barred, Forbidden, MissingRoom } from './errors.ts';
import { Room } from './room.ts';
import { User } from './user.ts';

/** Administrators are equal; whoever creates a room is its first. */
export type Role = 'member' | 'admin';

export const MembershipSchema = defineEntity({
  name: 'Membership',
  tableName: 'membership',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    user: () => p.manyToOne(User).primary(),
    role: p.string().$type<Role>(),
    joinedAt: p.datetime(3),
    /** The latest entry that the person has been shown. */
    readSeq: p.integer().default(0),
    /** Whether a direct room is left out of the person's list, until something is said in it. */
    hidden: p.boolean().default(false),
    /** What is announced to the person in this room, as JSON; null: what is in all rooms. */
    announcements: p.text().nullable(),
  },
});

/** That a person belongs to a room: lasting, where being in it is for now. */
export class Membership extends MembershipSchema.class {}
MembershipSchema.setClass(Membership);

/** A room as one person may know it: `membership` is null for a stranger to an open room. */
export interface Known {
  room: Room;
  membership: Membership | null;
}

/** A room that the person belongs to. */
export interface Belonging extends Known {
  membership: Membership;
}

/**
 * Finds a room through the person.
 * @throws Missing alike where there is none and where it is not for this person to know of
 * @throws Ended where the person was in it when it was deleted, or was removed from it
 */
export async function roomFor(em: EntityManager, user: User, id: number): Promise<Known> {
  const room = await em.findOne(Room, { id }, { populate: ['creator'], refresh: true });
  const membership = room && (await em.findOne(Membership, { room, user }, { refresh: true }));
  if (room && membership) return { room, membership };
  const departure = await departureOf(em, user);
  if (departure?.roomId === id && (departure.why === 'deleted' || departure.why === 'removed'))
    throw departure.toEnded();
  if (room?.access === 'open') return { room, membership: null };
  throw new MissingRoom();
}

/** The members of a room, administrators first, then by name. */
export async function membersOf(em: EntityManager, room: Room): Promise<Membership[]> {
  const members = await em.find(Membership, { room }, { populate: ['user'], refresh: true });
  return members.sort(
    (a, b) => a.role.localeCompare(b.role) || a.user.username.localeCompare(b.user.username),
  );
}

/** Finds a room that the person belongs to. @throws Forbidden for a stranger, and as `roomFor` */
export async function roomOfMember(em: EntityManager, user: User, id: number): Promise<Belonging> {
  const { room, membership } = await roomFor(em, user, id);
  if (!membership)
    throw (await isBanned(em, user, id))
      ? new Barred(room)
      : new Forbidden(`You are not a member of ${room.name}. Enter it to read and write.`);
  return { room, membership };
}

/** Finds a room that the person administers. @throws Forbidden for others, and as `roomFor` */
export async function roomOfAdmin(em: EntityManager, user: User, id: number): Promise<Belonging> {
  const known = await roomOfMember(em, user, id);
  if (known.membership.role !== 'admin')
    throw new Forbidden(`Only an administrator of ${known.room.name} can do this. Ask one of them.`);
  return known;
}

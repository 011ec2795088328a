import { isolated } from '../text/direction.ts';
import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { isBanned } from './ban.ts';
import { departureOf } from './departure.ts';
import { Banned, Forbidden, RoomNotFound } from './errors.ts';
import { findRow } from './find-row.ts';
import { Room } from './room.ts';
import { User } from './user.ts';

/** All administrators have the same rights. The creator of a room is its first one. */
export type Role = 'member' | 'admin';

export const MembershipSchema = defineEntity({
  name: 'Membership',
  tableName: 'membership',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    user: () => p.manyToOne(User).primary(),
    role: p.string().$type<Role>(),
    joinedAt: p.datetime(3),
    /** The read marker: the seq of the latest entry that the user has seen. */
    readSeq: p.integer().default(0),
    /** Whether the user's list leaves out this direct room until its next message. */
    hidden: p.boolean().default(false),
    /** The user's announcements in this room, as JSON; null: as in all rooms. */
    announcements: p.text().nullable(),
    /** A text that the user keeps for later. */
    draft: p.text().nullable().lazy(),
  },
  indexes: [{ properties: ['room', 'role'] }],
});

/** A user belongs to a room. A membership lasts; presence ends when the user leaves the room. */
export class Membership extends MembershipSchema.class {}
MembershipSchema.setClass(Membership);

/** A room that the user may know of. `membership` is null if the room is open and the user is no member. */
export interface VisibleRoom {
  room: Room;
  membership: Membership | null;
}

export interface MemberRoom extends VisibleRoom {
  membership: Membership;
}

/**
 * Finds a room that the user may know of.
 * @throws RoomNotFound if there is none, and the same if the user may not know of it
 * @throws NotInRoom if the user was in it when it was deleted, or was removed from it
 */
export async function roomFor(em: EntityManager, user: User, id: number): Promise<VisibleRoom> {
  const room = await findRow(em, Room, { id });
  const membership = room && (await findRow(em, Membership, { room_id: id, user_id: user.id }));
  if (room && membership) return { room, membership };
  const departure = await departureOf(em, user);
  if (departure?.roomId === id && (departure.why === 'deleted' || departure.why === 'removed'))
    throw departure.toRefusal();
  if (room?.access === 'open') return { room, membership: null };
  throw new RoomNotFound();
}

/** Finds a room of the user. @throws Forbidden if they are no member, and as `roomFor` */
export async function roomOfMember(em: EntityManager, user: User, id: number): Promise<MemberRoom> {
  const { room, membership } = await roomFor(em, user, id);
  if (!membership)
    throw (await isBanned(em, user, id))
      ? new Banned(room)
      : new Forbidden(`You are not a member of ${isolated(room.name)}. Enter it to read and write.`);
  return { room, membership };
}

/** Finds a room that the user administers. @throws Forbidden if they do not, and as `roomOfMember` */
export async function roomOfAdmin(em: EntityManager, user: User, id: number): Promise<MemberRoom> {
  const memberRoom = await roomOfMember(em, user, id);
  if (memberRoom.membership.role !== 'admin')
    throw new Forbidden(
      `Only an administrator of ${isolated(memberRoom.room.name)} can do this. Ask one of them.`,
    );
  return memberRoom;
}

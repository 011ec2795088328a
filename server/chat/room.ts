import { defineEntity, p, raw, type EntityManager } from '@mikro-orm/core';
import { fileNamesIn } from './attachment.ts';
import { Entry, type Kind } from './entry.ts';
import { depart } from './departure.ts';
import { Invalid } from './errors.ts';
import { Membership, roomOfAdmin } from './membership.ts';
import { Presence } from './presence.ts';
import { collect, isWellFormed, lengthOf } from './text.ts';
import { User } from './user.ts';

const LONGEST_NAME = 64;

/** Who may enter: anybody, its members, or the two whose conversation it is. */
export type Access = 'open' | 'invite' | 'direct';

export const RoomSchema = defineEntity({
  name: 'Room',
  tableName: 'room',
  properties: {
    id: p.integer().primary().autoincrement(),
    name: p.string(),
    access: p.string().$type<Access>(),
    /** The ids of the two whose conversation this is, the lower first; unique, so that there is one. */
    pair: p.string().nullable().unique(),
    creator: () => p.manyToOne(User).index(false),
    /** The seq of the latest entry, 0 before the first. Taken and raised with the row locked. */
    lastSeq: p.integer().default(0),
    createdAt: p.datetime(3),
  },
});

/** A place to talk in, with one log that everybody in it sees in the same order. */
export class Room extends RoomSchema.class {
  /**
   * Puts an entry at the end of the log. The caller holds the room's lock, so the numbers have no
   * gap and the order of commits is the order of numbers.
   */
  append(
    em: EntityManager,
    entry: { kind: Kind; author: User; at: Date; subject?: User; body?: string; key?: string },
  ): Entry {
    this.lastSeq += 1;
    return em.create(Entry, { room: this, seq: this.lastSeq, body: '', ...entry });
  }
}
RoomSchema.setClass(Room);

/**
 * Creates a room, with the person as its first administrator. Runs inside a transaction.
 * @throws Invalid where the name or the access cannot be taken
 */
export async function createRoom(
  em: EntityManager,
  user: User,
  typed: { name: string; access: string },
  now: Date,
): Promise<Room> {
  const { name, access } = collect({
    name: () => checkedRoomName(typed.name),
    access: () => checkedAccess(typed.access),
  });
  const room = em.create(Room, { name, access, creator: user, createdAt: now });
  em.create(Membership, { room, user, role: 'admin', joinedAt: now });
  await em.flush();
  return room;
}

/**
 * Deletes a room and its log, and notes for whoever is in it that it was. Runs inside a transaction.
 * Returns the names of its files, which are the caller's to remove once that is committed.
 * @throws Forbidden where the person is no administrator of it any more, Missing where it is gone
 */
export async function deleteRoom(em: EntityManager, user: User, id: number): Promise<string[]> {
  await lockRooms(em, id);
  const { room } = await roomOfAdmin(em, user, id);
  const files = await fileNamesIn(em, room);
  for (const presence of await em.find(Presence, { room })) {
    await depart(em, presence.user, room, 'deleted', { told: false });
  }
  await em.nativeDelete(Room, { id });
  return files;
}

/**
 * Locks the rooms until the transaction ends, in the order of their ids so that no two wait for
 * each other. What is decided about a room is read after this.
 * A change that changes nothing locks the row on PostgreSQL, and on SQLite takes the one write lock
 * before anything was read that could be outdated by the time it is written.
 */
export async function lockRooms(em: EntityManager, ...ids: number[]): Promise<void> {
  for (const id of new Set(ids.sort((a, b) => a - b))) {
    await em.nativeUpdate(Room, { id }, { lastSeq: raw('last_seq') });
  }
}

/**
 * Returns the name without space around it.
 * @throws Invalid for `name`
 */
export function checkedRoomName(text: string): string {
  const name = text.trim();
  if (!/[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u.test(name))
    throw new Invalid({ name: 'Enter a name for the room, of 1 to 64 characters.' });
  if (lengthOf(name) > LONGEST_NAME)
    throw new Invalid({ name: `Choose a room name of at most ${LONGEST_NAME} characters.` });
  if (!isWellFormed(name) || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name))
    throw new Invalid({ name: 'Choose a room name of one line, without control characters.' });
  return name;
}

/**
 * Returns who may enter, `open` where nothing was chosen.
 * @throws Invalid for `access`
 */
export function checkedAccess(text: string): 'open' | 'invite' {
  if (text === '' || text === 'open') return 'open';
  if (text === 'invite') return 'invite';
  throw new Invalid({ access: 'Choose who may enter: everybody, or only its members.' });
}

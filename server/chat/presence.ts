import { isolated } from '../text/direction.ts';
import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { isBanned } from './ban.ts';
import { blockRefusal, partnerIn } from './direct.ts';
import { deleteDeparture, departureOf, recordDeparture } from './departure.ts';
import { roomAs } from './direct.ts';
import { appendEntry } from './entry.ts';
import { Banned, InAnotherRoom, NotInRoom, type Refusal, RoomNotFound } from './errors.ts';
import { findRow } from './find-row.ts';
import { Membership, roomFor } from './membership.ts';
import { lockRooms, Room } from './room.ts';
import { lockActor, lockRows, User } from './user.ts';

/** The kind of the last sign of life: a page was opened, or a script polled. */
export type Lease = 'page' | 'script';
/** The length of each kind of lease, in milliseconds. */
export type LeaseTimes = Record<Lease, number>;

/** The time until a user leaves after their page said it was closing, in case it is only reloaded. */
const CLOSING_MS = 5000;
/** A script polls each second: after this long without a poll, no other tab is open. */
const CLOSED_MS = 2000;

export const PresenceSchema = defineEntity({
  name: 'Presence',
  tableName: 'presence',
  properties: {
    /** The primary key, so that a user is in one room at a time. */
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    room: () => p.manyToOne(Room).deleteRule('cascade'),
    lease: p.string().$type<Lease>(),
    expiresAt: p.datetime(3),
    /** Whether the page has said that it is closing. */
    closing: p.boolean().default(false),
  },
});

/** A user is in a room until the lease expires. */
export class Presence extends PresenceSchema.class {
  /** When the page said that it is closing. Only valid if `closing`. */
  closedAt(): Date {
    return new Date(this.expiresAt.getTime() - CLOSING_MS);
  }

  /** Whether the page was closed, not only reloaded. */
  isClosed(now: Date): boolean {
    return this.closing && now.getTime() >= this.closedAt().getTime() + CLOSED_MS;
  }
}
PresenceSchema.setClass(Presence);

export interface EnterOptions {
  now: Date;
  leaseTimes: LeaseTimes;
  /** The id of the room that the user agrees to leave. */
  leave?: number | undefined;
}

/** Returns the user's presence with its room; null if they are in none. */
export async function presenceOf(em: EntityManager, user: User): Promise<Presence | null> {
  const presence = await findRow(em, Presence, { user_id: user.id });
  if (presence) await findRow(em, Room, { id: presence.room.id });
  return presence;
}

/**
 * Enters a room; the user becomes a member if it is open. If they are in it already, this is a sign of
 * life. Runs inside a transaction.
 * @throws InAnotherRoom if they are in a room that they have not agreed to leave, Banned, Forbidden if one of the
 * two users of a direct room has blocked the other, and as `lockActor` and `roomFor`
 */
export async function enter(
  em: EntityManager,
  user: User,
  roomId: number,
  { now, leaseTimes, leave }: EnterOptions,
): Promise<void> {
  await lockActor(em, user);
  const presenceBeforeLock = await presenceOf(em, user);
  await lockRooms(em, roomId, ...(presenceBeforeLock ? [presenceBeforeLock.room.id] : []));
  if (await isBanned(em, user, roomId)) throw await bannedRefusal(em, roomId);
  const { room, membership } = await roomFor(em, user, roomId);
  const presence = await presenceOf(em, user); // again: that room may have been deleted before it was locked
  if (presence?.room.id === roomId) return extend(em, presence, 'page', now, leaseTimes);
  if (room.access === 'direct') await refuseBlocked(em, user, room);
  if (presence && presence.room.id !== leave && !presence.isClosed(now))
    throw new InAnotherRoom(await roomAs(em, user, room), await roomAs(em, user, presence.room));
  if (!membership)
    em.create(Membership, { room, user, role: 'member', joinedAt: now, readSeq: room.lastSeq });
  if (presence) await endPresence(em, presence, now);
  await beginPresence(em, user, room, { now, leaseTimes });
}

/** Who cannot write in a conversation because of a block cannot fill its log with notices either. @throws Forbidden as `blockRefusal` */
async function refuseBlocked(em: EntityManager, user: User, room: Room): Promise<void> {
  const refusal = await blockRefusal(em, user, await partnerIn(em, room, user));
  if (refusal) throw refusal;
}

/** As `enter`, but if the user is in another room, they stay there and it returns false. */
export async function enterIfFree(
  em: EntityManager,
  user: User,
  roomId: number,
  options: EnterOptions,
): Promise<boolean> {
  try {
    await enter(em, user, roomId, options);
    return true;
  } catch (error) {
    if (error instanceof InAnotherRoom) return false;
    throw error;
  }
}

/**
 * Does nothing if the user is not in the room. A former member or a suspended user is in none, so this refuses
 * nobody. Runs inside a transaction. @param told as in `recordDeparture`
 */
export async function leave(
  em: EntityManager,
  user: User,
  roomId: number,
  now: Date,
  { told } = { told: false },
): Promise<void> {
  await lockRows(em, user);
  await lockRooms(em, roomId);
  const presence = await presenceOf(em, user);
  if (presence?.room.id !== roomId) return;
  await endPresence(em, presence, now);
  await recordDeparture(em, user, await roomAs(em, user, presence.room), 'left', { told });
}

/** Ends a presence whose lease has expired. Runs inside a transaction. */
export async function expire(em: EntityManager, user: User, roomId: number, now: Date): Promise<void> {
  await lockRows(em, user);
  await lockRooms(em, roomId);
  const presence = await presenceOf(em, user);
  if (presence?.room.id !== roomId || presence.expiresAt > now) return;
  await endPresence(em, presence, now);
  await recordDeparture(em, user, await roomAs(em, user, presence.room), presence.closing ? 'left' : 'away', {
    told: presence.closing,
  });
}

/**
 * Records that the page is closing: without a sign of life, the lease ends soon. Returns false if the user is
 * not in the room.
 */
export async function close(em: EntityManager, user: User, roomId: number, now: Date): Promise<boolean> {
  const updated = await em.nativeUpdate(
    Presence,
    { user, room: roomId },
    { closing: true, expiresAt: new Date(now.getTime() + CLOSING_MS) },
  );
  return updated > 0;
}

/** Renews a lease from now on. */
export async function extend(
  em: EntityManager,
  presence: Presence,
  lease: Lease,
  now: Date,
  times: LeaseTimes,
): Promise<void> {
  await em.nativeUpdate(
    Presence,
    { user: presence.user },
    { lease, closing: false, expiresAt: new Date(now.getTime() + times[lease]) },
  );
}

/** Returns the user's presence in the room. @throws NotInRoom with the reason if they are not in it */
export async function requirePresence(
  em: EntityManager,
  user: User,
  room: { id: number; name: string; access?: string },
): Promise<Presence> {
  const presence = await presenceOf(em, user);
  if (presence?.room.id === room.id) return presence;
  throw await absence(em, user, room, presence);
}

/** Returns the refusal that says why a member is not in the room. */
export async function absence(
  em: EntityManager,
  user: User,
  room: { id: number; name: string; access?: string },
  presence: Presence | null,
): Promise<NotInRoom> {
  const known = await roomAs(em, user, room);
  if (presence) return new NotInRoom('moved', known, await roomAs(em, user, presence.room));
  const departure = await departureOf(em, user);
  if (departure?.roomId === room.id) return departure.toRefusal();
  return new NotInRoom(
    'left',
    known,
    undefined,
    `You are not in ${isolated(known.name)}. Enter it to write.`,
  );
}

export async function usernamesPresent(em: EntityManager, room: Room): Promise<string[]> {
  const presences = await em.find(Presence, { room }, { populate: ['user'] });
  return presences.map(({ user }) => user.username).toSorted((a, b) => a.localeCompare(b));
}

/** Returns `Banned` for an open room only: other rooms stay hidden from users who are no members. */
async function bannedRefusal(em: EntityManager, roomId: number): Promise<Refusal> {
  const room = await em.findOne(Room, { id: roomId });
  return room?.access === 'open' ? new Banned(room) : new RoomNotFound();
}

/** Whether notices tell who comes and goes: not in a conversation of two. */
const hasNotices = ({ access }: Room): boolean => access !== 'direct';

/** Creates the row and writes the notice. The caller holds the room's lock. */
async function beginPresence(
  em: EntityManager,
  user: User,
  room: Room,
  { now, leaseTimes }: EnterOptions,
): Promise<void> {
  const expiresAt = new Date(now.getTime() + leaseTimes.page);
  em.create(Presence, { user, room, lease: 'page', expiresAt, closing: false });
  await deleteDeparture(em, user);
  if (hasNotices(room)) appendEntry(em, room, { kind: 'entered', author: user, at: now });
  await em.flush();
}

/** Deletes the row and writes the notice. The caller holds the room's lock. */
async function endPresence(em: EntityManager, presence: Presence, now: Date): Promise<void> {
  if (hasNotices(presence.room))
    appendEntry(em, presence.room, { kind: 'left', author: presence.user, at: now });
  em.remove(presence);
  await em.flush();
}

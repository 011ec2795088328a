import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { isBanned } from './ban.ts';
import { depart, departureOf, forgetDeparture } from './departure.ts';
import { Barred, Elsewhere, Ended, MissingRoom, type Refusal } from './errors.ts';
import { Membership, roomFor } from './membership.ts';
import { lockRooms, Room } from './room.ts';
import { lockUser, User } from './user.ts';

/** How a person was heard last: a page was opened, or a script polled. */
export type Lease = 'page' | 'script';
/** How long each lasts, in milliseconds. */
export type LeaseTimes = Record<Lease, number>;

/** A page that says it is closing is gone this much later, unless it was only reloaded. */
const CLOSING_MS = 5000;
/** A script polls each second: where a closing page was not heard for this long, no other tab is open. */
const CLOSED_MS = 2000;

export const PresenceSchema = defineEntity({
  name: 'Presence',
  tableName: 'presence',
  properties: {
    /** The primary key: a person is in one room at a time, whatever tabs and processes do. */
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    room: () => p.manyToOne(Room).deleteRule('cascade'),
    lease: p.string().$type<Lease>(),
    expiresAt: p.datetime(3),
    /** Whether the page has said that it closes. */
    closing: p.boolean().default(false),
  },
});

/** That a person is in a room, until their lease expires. */
export class Presence extends PresenceSchema.class {
  /** When the page said that it closes, if it did. */
  closedAt(): Date {
    return new Date(this.expiresAt.getTime() - CLOSING_MS);
  }

  /** Whether the page was closed, and not only reloaded. */
  isClosed(now: Date): boolean {
    return this.closing && now.getTime() >= this.closedAt().getTime() + CLOSED_MS;
  }
}
PresenceSchema.setClass(Presence);

/** What entering takes, beside who and where. */
export interface Entering {
  now: Date;
  times: LeaseTimes;
  /** The id of the room that the person agrees to leave for this one. */
  leave?: number | undefined;
}

/** Returns where the person is, with the room; null where they are in none. */
export function presenceOf(em: EntityManager, user: User): Promise<Presence | null> {
  return em.findOne(Presence, { user }, { populate: ['room'], refresh: true });
}

/**
 * Puts the person in the room, and makes them a member of an open one. In the room already: nothing.
 * Runs inside a transaction.
 * @throws Elsewhere where they are in another room that they have not agreed to leave, and as `roomFor`
 */
export async function enter(
  em: EntityManager,
  user: User,
  roomId: number,
  { now, times, leave }: Entering,
): Promise<void> {
  await lockUser(em, user);
  const before = await presenceOf(em, user);
  await lockRooms(em, roomId, ...(before ? [before.room.id] : []));
  if (await isBanned(em, user, roomId)) throw await barred(em, roomId);
  const { room, membership } = await roomFor(em, user, roomId);
  const presence = await presenceOf(em, user); // gone, where the room was deleted before we held its lock
  if (presence?.room.id === roomId) return extend(em, presence, 'page', now, times);
  if (presence && presence.room.id !== leave && !presence.isClosed(now))
    throw new Elsewhere(room, presence.room);
  if (!membership)
    em.create(Membership, { room, user, role: 'member', joinedAt: now, readSeq: room.lastSeq });
  if (presence) await end(em, presence, now);
  em.create(Presence, {
    user,
    room,
    lease: 'page',
    expiresAt: new Date(now.getTime() + times.page),
    closing: false,
  });
  await forgetDeparture(em, user);
  room.append(em, { kind: 'entered', author: user, at: now });
  await em.flush();
}

/** Takes the person out of the room, if they are in it, and notes why. Runs inside a transaction. */
export async function leave(
  em: EntityManager,
  user: User,
  roomId: number,
  now: Date,
  { told } = { told: false },
): Promise<void> {
  await lockUser(em, user);
  await lockRooms(em, roomId);
  const presence = await presenceOf(em, user);
  if (presence?.room.id !== roomId) return;
  await end(em, presence, now);
  await depart(em, user, presence.room, 'left', { told });
}

/** Takes out of the room whoever's lease has expired by now, and notes why. Runs inside a transaction. */
export async function expire(em: EntityManager, user: User, roomId: number, now: Date): Promise<void> {
  await lockUser(em, user);
  await lockRooms(em, roomId);
  const presence = await presenceOf(em, user);
  if (presence?.room.id !== roomId || presence.expiresAt > now) return;
  await end(em, presence, now);
  await depart(em, user, presence.room, presence.closing ? 'left' : 'away', { told: presence.closing });
}

/** Notes that the page has said it closes: the person is out soon, unless they are heard again. False where they are not in the room. */
export async function close(em: EntityManager, user: User, roomId: number, now: Date): Promise<boolean> {
  const closed = await em.nativeUpdate(
    Presence,
    { user, room: roomId },
    { closing: true, expiresAt: new Date(now.getTime() + CLOSING_MS) },
  );
  return closed > 0;
}

/** Makes a presence last from now on for as long as its kind of lease does. */
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

/**
 * Returns the person's presence in the room.
 * @throws Ended with the reason where they are not in it
 */
export async function presenceIn(em: EntityManager, user: User, room: Room): Promise<Presence> {
  const presence = await presenceOf(em, user);
  if (presence?.room.id === room.id) return presence;
  throw await whyOut(em, user, room, presence);
}

/** Why a member is not in the room, for them to be told. */
export async function whyOut(
  em: EntityManager,
  user: User,
  room: Room,
  presence: Presence | null,
): Promise<Ended> {
  if (presence) return new Ended('moved', room, presence.room);
  const departure = await departureOf(em, user);
  if (departure?.roomId === room.id) return departure.toEnded();
  return new Ended('left', room, undefined, `You are not in ${room.name}. Enter it to write.`);
}

/** The names of those who are in the room. */
export async function usernamesIn(em: EntityManager, room: Room): Promise<string[]> {
  const presences = await em.find(Presence, { room }, { populate: ['user'] });
  return presences.map(({ user }) => user.username).sort((a, b) => a.localeCompare(b));
}

/** What whoever was removed is told: of a room that is not open, no more than anybody who does not know it. */
async function barred(em: EntityManager, roomId: number): Promise<Refusal> {
  const room = await em.findOne(Room, { id: roomId });
  return room?.access === 'open' ? new Barred(room) : new MissingRoom();
}

/** Removes the row and writes the notice. The caller holds the room's lock. */
async function end(em: EntityManager, presence: Presence, now: Date): Promise<void> {
  presence.room.append(em, { kind: 'left', author: presence.user, at: now });
  em.remove(presence);
  await em.flush();
}

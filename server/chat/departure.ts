import { type Reader, rowOf } from './reader.ts';
import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { type DepartureReason, NotInRoom } from './errors.ts';
import { findRow } from './find-row.ts';
import { User } from './user.ts';

export const DepartureSchema = defineEntity({
  name: 'Departure',
  tableName: 'departure',
  properties: {
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    /** Not a foreign key, because the room may be deleted. */
    roomId: p.integer(),
    roomName: p.string(),
    why: p.string().$type<DepartureReason>(),
    /** Whether the user has seen the sentence, or needs none. */
    told: p.boolean(),
  },
});

/** Why a user is no longer in the room that they were in last. Kept until they enter a room. */
export class Departure extends DepartureSchema.class {
  toRefusal(): NotInRoom {
    return new NotInRoom(this.why, { id: this.roomId, name: this.roomName });
  }
}
DepartureSchema.setClass(Departure);

/** Returns null if the user is in a room or never was in one. */
export function departureOf(em: EntityManager, user: User): Promise<Departure | null> {
  return findRow(em, Departure, { user_id: user.id });
}

/** @param told whether the user knows already, because they left by themselves */
export async function recordDeparture(
  em: EntityManager,
  user: User,
  room: { id: number; name: string },
  why: DepartureReason,
  { told }: { told: boolean },
): Promise<void> {
  await em.upsert(Departure, { user: user.id, roomId: room.id, roomName: room.name, why, told });
}

/** Returns the sentence about the departure the first time, then undefined. */
export async function takeDepartureMessage(em: EntityManager, user: User): Promise<string | undefined> {
  const departure = await departureOf(em, user);
  if (!departure || departure.told) return undefined;
  await em.nativeUpdate(Departure, { user }, { told: true });
  return departure.toRefusal().message;
}

export async function deleteDeparture(em: EntityManager, user: User): Promise<void> {
  await em.nativeDelete(Departure, { user });
}

/** Whether there is a sentence that the list of rooms has not shown yet. */
export async function hasDepartureMessage(reader: Reader, user: number): Promise<boolean> {
  const sql = 'select room_id from departure where user_id = ? and told = false';
  return (await rowOf(reader, sql, user)) !== undefined;
}

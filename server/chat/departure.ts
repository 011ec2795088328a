import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { Ended, type Why } from './errors.ts';
import { User } from './user.ts';

export const DepartureSchema = defineEntity({
  name: 'Departure',
  tableName: 'departure',
  properties: {
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    /** No reference, because the room may be gone. */
    roomId: p.integer(),
    roomName: p.string(),
    why: p.string().$type<Why>(),
    /** Whether the list of rooms has told it. */
    told: p.boolean(),
  },
});

/** Why a person is no longer in the room they were in last; kept until they enter one. */
export class Departure extends DepartureSchema.class {
  toEnded(): Ended {
    return new Ended(this.why, { id: this.roomId, name: this.roomName });
  }
}
DepartureSchema.setClass(Departure);

/** Returns why the person is out of the room they were in last; null where they are in one or never were. */
export function departureOf(em: EntityManager, user: User): Promise<Departure | null> {
  return em.findOne(Departure, { user });
}

/** Notes that a person is out of a room, and whether they know it already. */
export async function depart(
  em: EntityManager,
  user: User,
  room: { id: number; name: string },
  why: Why,
  { told }: { told: boolean },
): Promise<void> {
  await em.upsert(Departure, { user: user.id, roomId: room.id, roomName: room.name, why, told });
}

/** Returns, once, the sentence about the room that the person is out of; undefined where it was told. */
export async function tellDeparture(em: EntityManager, user: User): Promise<string | undefined> {
  const departure = await departureOf(em, user);
  if (!departure || departure.told) return undefined;
  await em.nativeUpdate(Departure, { user }, { told: true });
  return departure.toEnded().message;
}

/** Forgets it, because the person has entered a room. */
export async function forgetDeparture(em: EntityManager, user: User): Promise<void> {
  await em.nativeDelete(Departure, { user });
}

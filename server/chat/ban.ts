import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { Room } from './room.ts';
import { User } from './user.ts';

export const BanSchema = defineEntity({
  name: 'Ban',
  tableName: 'ban',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
  },
});

/** That a person was removed from a room: not even an open one lets them in until they are added again. */
export class Ban extends BanSchema.class {}
BanSchema.setClass(Ban);

/** Whether the person was removed from the room, and not added again. */
export async function isBanned(em: EntityManager, user: User, room: number): Promise<boolean> {
  return (await em.count(Ban, { room, user })) > 0;
}

/** The rooms that a person was removed from. */
export function bansOf(em: EntityManager, user: User): Promise<Ban[]> {
  return em.find(Ban, { user });
}

import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { findRow } from './find-row.ts';
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

/** A removed user cannot enter a room, even if it is open, until an administrator adds them again. */
export class Ban extends BanSchema.class {}
BanSchema.setClass(Ban);

export async function isBanned(em: EntityManager, user: User, room: number): Promise<boolean> {
  return (await findRow(em, Ban, { room_id: room, user_id: user.id })) !== null;
}

export function bansOf(em: EntityManager, user: User): Promise<Ban[]> {
  return em.find(Ban, { user });
}

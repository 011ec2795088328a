import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { Invalid } from './errors.ts';
import { findRow } from './find-row.ts';
import { endFriendship } from './friendship.ts';
import { lockActor, User } from './user.ts';

export const BlockSchema = defineEntity({
  name: 'Block',
  tableName: 'block',
  properties: {
    /** The user who blocks. */
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    /** The user who is blocked. Plainchat never tells them. */
    blocked: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
  },
});

export class Block extends BlockSchema.class {}
BlockSchema.setClass(Block);

/** Blocks a user, and ends a friendship with them. Runs inside a transaction. @throws Invalid for oneself */
export async function blockUser(em: EntityManager, user: User, other: User): Promise<void> {
  if (user.id === other.id) throw new Invalid({ '': 'You cannot block yourself. Choose somebody else.' });
  await lockActor(em, user, other);
  await endFriendship(em, user, other);
  await em.upsert(Block, { user: user.id, blocked: other.id });
}

export async function unblockUser(em: EntityManager, user: User, other: User): Promise<void> {
  await em.nativeDelete(Block, { user, blocked: other });
}

export async function hasBlocked(em: EntityManager, user: User, other: User): Promise<boolean> {
  return (await findRow(em, Block, { user_id: user.id, blocked_id: other.id })) !== null;
}

/** Sorted by username. */
export async function usersBlockedBy(em: EntityManager, user: User): Promise<User[]> {
  const blocks = await em.find(Block, { user }, { populate: ['blocked'] });
  return blocks
    .map(({ blocked }) => blocked as User)
    .toSorted((a, b) => a.username.localeCompare(b.username));
}

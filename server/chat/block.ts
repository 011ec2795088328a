import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { Invalid } from './errors.ts';
import { endFriendship, lockBoth } from './friendship.ts';
import { User } from './user.ts';

export const BlockSchema = defineEntity({
  name: 'Block',
  tableName: 'block',
  properties: {
    /** Who wants to hear no more. */
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    /** Of whom. They are not told. */
    blocked: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
  },
});

/** That a person wants to hear nothing of another. */
export class Block extends BlockSchema.class {}
BlockSchema.setClass(Block);

/**
 * Blocks a person, and ends what friendship there is. Runs inside a transaction.
 * @throws Invalid for oneself
 */
export async function block(em: EntityManager, user: User, other: User): Promise<void> {
  if (user.id === other.id) throw new Invalid({ '': 'You cannot block yourself.' });
  await lockBoth(em, user, other);
  await endFriendship(em, user, other);
  await em.upsert(Block, { user: user.id, blocked: other.id });
}

/** Takes a block back. */
export async function unblock(em: EntityManager, user: User, other: User): Promise<void> {
  await em.nativeDelete(Block, { user, blocked: other });
}

/** Whether `user` has blocked `other`. */
export async function hasBlocked(em: EntityManager, user: User, other: User): Promise<boolean> {
  return (await em.count(Block, { user, blocked: other })) > 0;
}

/** Whom the person has blocked, by name. */
export async function blockedBy(em: EntityManager, user: User): Promise<User[]> {
  const blocks = await em.find(Block, { user }, { populate: ['blocked'] });
  return blocks.map(({ blocked }) => blocked as User).sort((a, b) => a.username.localeCompare(b.username));
}

import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { hasBlocked } from './block.ts';
import { Forbidden, Invalid } from './errors.ts';
import { lockUser, User } from './user.ts';

export const FriendshipSchema = defineEntity({
  name: 'Friendship',
  tableName: 'friendship',
  properties: {
    /** The two, the one with the lower id first, so that there is one friendship whoever asks. */
    low: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    high: () => p.manyToOne(User).primary().deleteRule('cascade'),
    asker: () => p.manyToOne(User).deleteRule('cascade').index(false),
    /** When the other accepted; until then it is a question. */
    acceptedAt: p.datetime(3).nullable(),
  },
});

/** That two people are friends, or that one has asked the other. */
export class Friendship extends FriendshipSchema.class {
  /** The one of the two who is not `user`. */
  other(user: User): User {
    return (this.low.id === user.id ? this.high : this.low) as User;
  }

  /** How it stands for `user`. */
  standing(user: User): Standing {
    if (this.acceptedAt) return 'friends';
    return this.asker.id === user.id ? 'asked' : 'asking';
  }
}
FriendshipSchema.setClass(Friendship);

/** Friends; `asked`: the person has asked the other; `asking`: the other has asked. */
export type Standing = 'friends' | 'asked' | 'asking';

/** Returns what there is between two people; null where there is nothing. */
export function friendshipOf(em: EntityManager, user: User, other: User): Promise<Friendship | null> {
  return em.findOne(Friendship, pair(user, other), { refresh: true });
}

/**
 * Asks somebody to be friends, or accepts where they have asked: two who ask each other are friends
 * at once. Runs inside a transaction.
 * @throws Invalid for oneself, Forbidden where one of the two has blocked the other
 */
export async function befriend(em: EntityManager, user: User, other: User, now: Date): Promise<void> {
  if (user.id === other.id) throw new Invalid({ '': 'This is you. Ask somebody else.' });
  await lockBoth(em, user, other);
  if (await hasBlocked(em, user, other))
    throw new Forbidden(`You have blocked ${other.username}. Unblock them first.`);
  if (await hasBlocked(em, other, user)) throw new Forbidden(`${other.username} cannot be asked.`);
  const friendship = await friendshipOf(em, user, other);
  if (!friendship) em.create(Friendship, { ...pair(user, other), asker: user });
  else if (friendship.standing(user) === 'asking') friendship.acceptedAt = now;
  await em.flush();
}

/** Ends a friendship, withdraws a question, or declines one. Runs inside a transaction. */
export async function endFriendship(em: EntityManager, user: User, other: User): Promise<void> {
  await em.nativeDelete(Friendship, pair(user, other));
}

/** All that there is between the person and others, by the others' names. */
export async function friendshipsOf(em: EntityManager, user: User): Promise<Friendship[]> {
  const friendships = await em.find(
    Friendship,
    { $or: [{ low: user }, { high: user }] },
    { populate: ['low', 'high'] },
  );
  return friendships.sort((a, b) => a.other(user).username.localeCompare(b.other(user).username));
}

/** Locks both until the transaction ends, in the order of their ids so that no two wait for each other. */
export async function lockBoth(em: EntityManager, user: User, other: User): Promise<void> {
  const { low, high } = pair(user, other);
  await lockUser(em, low);
  await lockUser(em, high);
}

const pair = (user: User, other: User) =>
  user.id < other.id ? { low: user, high: other } : { low: other, high: user };

/** How many others wait for the person's answer. */
export function questionsTo(em: EntityManager, user: User): Promise<number> {
  return em.count(Friendship, {
    $or: [{ low: user }, { high: user }],
    asker: { $ne: user.id },
    acceptedAt: null,
  });
}

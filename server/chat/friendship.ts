import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { MOST_COUNTED } from './paging.ts';
import { type Reader, rowOf } from './reader.ts';
import { User } from './user.ts';

export const FriendshipSchema = defineEntity({
  name: 'Friendship',
  tableName: 'friendship',
  properties: {
    /** The user with the lower id: so there is one row for two users. */
    low: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    high: () => p.manyToOne(User).primary().deleteRule('cascade'),
    /** The user who sent the friend request. */
    asker: () => p.manyToOne(User).deleteRule('cascade').index(false),
    /** Null for a friend request that is not answered yet. */
    acceptedAt: p.datetime(3).nullable(),
  },
});

/** A friendship or a friend request. */
export class Friendship extends FriendshipSchema.class {
  other(user: User): User {
    return this.low.id === user.id ? this.high : this.low;
  }

  status(user: User): FriendshipStatus {
    if (this.acceptedAt) return 'friends';
    return this.asker.id === user.id ? 'sent' : 'received';
  }
}
FriendshipSchema.setClass(Friendship);

/** `sent` and `received` are friend requests, as seen by one of the two users. */
export type FriendshipStatus = 'friends' | 'sent' | 'received';

export function friendshipOf(em: EntityManager, user: User, other: User): Promise<Friendship | null> {
  return em.findOne(Friendship, pairOf(user, other), { refresh: true });
}

/** Ends a friendship, or cancels or declines a friend request. Runs inside a transaction. */
export async function endFriendship(em: EntityManager, user: User, other: User): Promise<void> {
  await em.nativeDelete(Friendship, pairOf(user, other));
}

/** Those of the users with these ids who are friends of the user, by username. */
export async function friendsAmong(em: EntityManager, user: User, ids: number[]): Promise<User[]> {
  const friendships = await em.find(
    Friendship,
    {
      $or: [
        { low: user, high: { $in: ids } },
        { high: user, low: { $in: ids } },
      ],
      acceptedAt: { $ne: null },
    },
    { populate: ['low', 'high'] },
  );
  return friendships
    .map((friendship) => friendship.other(user))
    .toSorted((a, b) => a.username.localeCompare(b.username));
}

export const pairOf = (user: User, other: User) =>
  user.id < other.id ? { low: user, high: other } : { low: other, high: user };

const REQUESTS_TO = `
  select count(*) as requests from (
    select 1 as one from friendship where low_id = ? and accepted_at is null and asker_id = high_id
    union all
    select 1 as one from friendship where high_id = ? and accepted_at is null and asker_id = low_id
    limit ${MOST_COUNTED}
  ) as counted`;

/** The number of friend requests that the user has not answered, up to `MOST_COUNTED`. */
export async function countRequestsTo(reader: Reader, user: number): Promise<number> {
  const row = await rowOf<{ requests: number | string }>(reader, REQUESTS_TO, user, user);
  return Number(row!.requests);
}

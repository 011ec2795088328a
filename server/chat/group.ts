import type { EntityManager } from '@mikro-orm/core';
import { Invalid } from './errors.ts';
import { friendshipsOf } from './friendship.ts';
import { Membership } from './membership.ts';
import { checkedRoomName, createRoom, type Room } from './room.ts';
import { collect } from './text.ts';
import { lockUser, type User } from './user.ts';

/**
 * Makes a room for members only out of the person, as its administrator, and friends of theirs.
 * Runs inside a transaction.
 * @param ids of the friends who were chosen
 * @throws Invalid where nobody was chosen, or the name cannot be taken
 */
export async function createGroup(
  em: EntityManager,
  user: User,
  name: string,
  ids: Set<number>,
  now: Date,
): Promise<Room> {
  await lockUser(em, user);
  const friends = (await friendshipsOf(em, user))
    .filter((one) => one.standing(user) === 'friends')
    .map((one) => one.other(user));
  const chosen = friends.filter(({ id }) => ids.has(id));
  collect({ friends: () => atLeastOne(chosen), name: () => checkedRoomName(name) });
  const room = await createRoom(em, user, { name, access: 'invite' }, now);
  for (const friend of chosen) {
    em.create(Membership, { room, user: friend, role: 'member', joinedAt: now });
    room.append(em, { kind: 'added', author: user, subject: friend, at: now });
  }
  await em.flush();
  return room;
}

function atLeastOne(chosen: User[]): void {
  if (chosen.length === 0) throw new Invalid({ friends: 'Choose at least one friend.' });
}

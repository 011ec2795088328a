import { isolated } from '../text/direction.ts';
import type { EntityManager } from '@mikro-orm/core';
import { appendEntry } from './entry.ts';
import { Invalid } from './errors.ts';
import { type Membership, roomOfMember } from './membership.ts';
import { leave } from './presence.ts';
import type { Room } from './room.ts';
import { lockActor, type User } from './user.ts';

/**
 * Gives up a membership, or hides a direct room until its next message. Returns the room. Runs inside a
 * transaction.
 * @throws Invalid for an administrator, and as `roomOfMember`
 */
export async function giveUp(em: EntityManager, user: User, id: number, now: Date): Promise<Room> {
  await lockActor(em, user);
  await leave(em, user, id, now, { told: true }); // locks the room, even if the user is not in it
  const { room, membership } = await roomOfMember(em, user, id);
  if (room.access === 'direct') {
    membership.hidden = true; // nobody gives up a direct room, because it belongs to the other user, too
    await em.flush();
    return room;
  }
  if (membership.role === 'admin') {
    throw new Invalid({
      '': `You are an administrator of ${isolated(room.name)}. Make yourself a member first. If you are the only administrator, make somebody else an administrator before that.`,
    });
  }
  await endMembership(em, membership, now);
  return room;
}

/** Ends a membership and writes the notice. The caller holds the room's lock. */
export async function endMembership(em: EntityManager, membership: Membership, now: Date): Promise<void> {
  appendEntry(em, membership.room, { kind: 'quit', author: membership.user, at: now });
  em.remove(membership);
  await em.flush();
}

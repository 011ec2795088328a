import type { EntityManager } from '@mikro-orm/core';
import { Invalid } from './errors.ts';
import { roomOfMember, type Membership } from './membership.ts';
import { leave } from './presence.ts';
import type { Room } from './room.ts';
import type { User } from './user.ts';

/**
 * Gives up a membership, or hides a conversation of two until something is said in it; returns the room. Runs inside a transaction.
 * @throws Invalid for an administrator, and as `roomOfMember`
 */
export async function quit(em: EntityManager, user: User, id: number, now: Date): Promise<Room> {
  await leave(em, user, id, now, { told: true }); // locks the room, whether they are in it or not
  const { room, membership } = await roomOfMember(em, user, id);
  if (room.access === 'direct') {
    membership.hidden = true; // it is the other's as well: nobody leaves it for good
    await em.flush();
    return room;
  }
  if (membership.role === 'admin') {
    throw new Invalid({
      '': `You administer ${room.name}. Make yourself a member first; where you are the only administrator, make somebody else one before that.`,
    });
  }
  await end(em, membership, now);
  return room;
}

/** Ends a membership and writes the notice. The caller holds the room's lock. */
export async function end(em: EntityManager, membership: Membership, now: Date): Promise<void> {
  membership.room.append(em, { kind: 'quit', author: membership.user, at: now });
  em.remove(membership);
  await em.flush();
}

import type { EntityManager } from '@mikro-orm/core';
import { Membership, roomOfMember } from './membership.ts';
import { checkedBody } from './message.ts';
import { lockActor, type User } from './user.ts';

/**
 * Keeps a text for the form of a room, in place of the one before; a text that shows nothing ends it. Each
 * member has at most one in a room, as long as a message. Runs inside a transaction.
 * @returns whether there is a draft now
 * @throws Invalid for `body`, as a message; Forbidden if the user is no member, and as `lockActor`
 */
export async function saveDraft(
  em: EntityManager,
  actor: User,
  room: number,
  text: string,
): Promise<boolean> {
  const draft = checkedBody(text, { mayBeEmpty: true });
  const user = await lockActor(em, actor);
  await roomOfMember(em, user, room);
  await em.nativeUpdate(Membership, { room, user }, { draft: draft || null });
  return draft !== '';
}

/** Ends the user's draft in a room, if there is one: its text was sent. */
export async function endDraft(em: EntityManager, user: User, room: number): Promise<void> {
  await em.nativeUpdate(Membership, { room, user, draft: { $ne: null } }, { draft: null });
}

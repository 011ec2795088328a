import type { EntityManager } from '@mikro-orm/core';
import { Forbidden, Invalid } from './errors.ts';
import { leave, presenceOf } from './presence.ts';
import { Session } from './session.ts';
import { checkedReason } from './text.ts';
import { lockUser, User } from './user.ts';

const LONGEST_REASON = 500;

/** Why the person cannot log in, in words; undefined where they can. */
export function whySuspended(user: User): Forbidden | undefined {
  if (!user.suspendedAt) return undefined;
  return new Forbidden(
    `This account is suspended. The reason: ${user.suspendedFor} If you think that this is wrong, write to whoever runs this Plainchat.`,
  );
}

/**
 * Suspends a person: they are logged out everywhere, out of their room, and cannot log in. Runs inside a transaction.
 * @throws Invalid for `reason`, and for an operator, oneself among them, and a former member
 */
export async function suspend(em: EntityManager, person: User, typed: string, now: Date): Promise<void> {
  if (person.operator)
    throw new Invalid({
      '': `${person.username} is an operator. Whoever runs this Plainchat can take that from them first.`,
    });
  if (person.deletedAt) throw new Invalid({ '': 'This account was deleted, so there is nobody to suspend.' });
  const suspendedFor = checkedReason(typed, 'Say why, in a sentence: they are told.', LONGEST_REASON);
  await lockUser(em, person);
  await em.nativeUpdate(User, { id: person.id }, { suspendedAt: now, suspendedFor });
  await endSessions(em, person, now);
}

/** Lets a person log in again. */
export async function unsuspend(em: EntityManager, person: User): Promise<void> {
  await em.nativeUpdate(User, { id: person.id }, { suspendedAt: null, suspendedFor: '' });
}

/** Logs a person out everywhere, and takes them out of their room. Runs inside a transaction. */
export async function endSessions(em: EntityManager, person: User, now: Date): Promise<number> {
  await lockUser(em, person);
  const presence = await presenceOf(em, person);
  if (presence) await leave(em, person, presence.room.id, now);
  return em.nativeDelete(Session, { user: person.id });
}

/** Who is suspended, by name. */
export function suspendedPeople(em: EntityManager): Promise<User[]> {
  return em.find(User, { suspendedAt: { $ne: null }, deletedAt: null }, { orderBy: { usernameKey: 'asc' } });
}

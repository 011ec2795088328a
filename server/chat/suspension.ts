import { isolated } from '../text/direction.ts';
import type { EntityManager } from '@mikro-orm/core';
import { endAccess } from './access.ts';
import { checkedReason } from './checks.ts';
import { Invalid } from './errors.ts';
import { leave, presenceOf } from './presence.ts';
import { lockRows, lockUser, User } from './user.ts';

const LONGEST_REASON = 500;

/**
 * Suspends a user: logs them out everywhere, takes them out of their room, and refuses their log-ins. Runs
 * inside a transaction.
 * @throws Invalid for `reason`, for an operator (so nobody can suspend themselves), and for a former member
 */
export async function suspend(em: EntityManager, user: User, typed: string, now: Date): Promise<void> {
  const [person] = await lockRows(em, user);
  if (person!.operator)
    throw new Invalid({
      '': `${isolated(person!.username)} is an operator. Ask the people who run this Plainchat to change that first.`,
    });
  refuseFormer(person!, 'you cannot suspend it');
  const suspendedFor = checkedReason(
    typed,
    'Give a reason in a sentence. This person will see it.',
    LONGEST_REASON,
  );
  await em.nativeUpdate(User, { id: user.id }, { suspendedAt: now, suspendedFor });
  await logOutEverywhere(em, user, now);
}

/** Runs inside a transaction. @throws UserNotFound for a former member */
export async function unsuspend(em: EntityManager, person: User): Promise<void> {
  await lockUser(em, person);
  await em.nativeUpdate(User, { id: person.id }, { suspendedAt: null, suspendedFor: '' });
}

/**
 * Ends all access to an account, and takes the user out of their room. Returns the number of ended sessions.
 * Runs inside a transaction. @throws Invalid for a former member
 */
export async function logOutEverywhere(em: EntityManager, user: User, now: Date): Promise<number> {
  const [person] = await lockRows(em, user);
  refuseFormer(person!, 'nobody is logged in with it');
  const presence = await presenceOf(em, person!);
  if (presence) await leave(em, person!, presence.room.id, now);
  return endAccess(em, person!);
}

function refuseFormer({ deletedAt }: User, so: string): void {
  if (deletedAt) throw new Invalid({ '': `This account is deleted, so ${so}. Choose another account.` });
}

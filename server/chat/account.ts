import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { foldEmail } from '../text/addresses.ts';
import { fold } from '../text/characters.ts';
import { endAccess } from './access.ts';
import { collectProblems } from './checks.ts';
import { renameDirects } from './direct.ts';
import { Invalid } from './errors.ts';
import { exchangeUsername } from './former-username.ts';
import { type AttemptBucket, recordAttempt, takeBackAttempt } from './login-attempt.ts';
import { checkedEmail, checkedUsername, refuseTakenKeys, type UniqueKeys } from './login-name.ts';
import { checkedPassword, hashPassword, type InTurn, verifyPassword } from './password.ts';
import { lockRows, requireActive, User } from './user.ts';

const WRONG = 'This is not your password. Type the one that you log in with.';

/** Where a wrong password is counted, when, and in whose turn it is checked. */
export interface PasswordCheck {
  buckets: AttemptBucket[];
  now: Date;
  inTurn: InTurn;
}

/** As `PasswordCheck`. `keep` is the id of the session that goes on: all other access ends with a change. */
type ChangeCheck = PasswordCheck & { keep: string };

/** Changes the password. @throws Invalid if the new password breaks a rule, and as `requirePassword` */
export async function changePassword(
  em: EntityManager,
  user: User,
  typed: { current: string; password: string },
  { keep, logN, ...check }: ChangeCheck & { logN: number },
): Promise<void> {
  const current = await checkPassword(em, user, typed.current, check);
  const { password } = collectProblems({ current, password: () => checkedPassword(typed.password) });
  const passwordHash = await hashPassword(password, { logN, inTurn: check.inTurn });
  await em.transactional(async (em) => {
    await lockVerified(em, user);
    await em.nativeUpdate(User, { id: user.id }, { passwordHash });
    await endAccess(em, user, keep);
  });
}

/**
 * Locks a user whose password was verified: of two changes at once, the second has an outdated one.
 * @throws Invalid for `current` if it was changed since, and as `lockActor`
 */
export async function lockVerified(em: EntityManager, user: User): Promise<User> {
  const { passwordHash } = user; // before the lock, which refreshes the same entity
  const [row] = await lockRows(em, user);
  if (!row!.deletedAt && row!.passwordHash !== passwordHash) throw new Invalid({ current: WRONG });
  requireActive(row!, user.verifiedAccess);
  return row!;
}

/** Changes the email, and ends all access but the session `keep`. @throws Invalid if the email is invalid or taken, and as `requirePassword` */
export async function changeEmail(
  em: EntityManager,
  user: User,
  typed: { email: string; current: string },
  { keep, ...check }: ChangeCheck,
): Promise<void> {
  const current = await checkPassword(em, user, typed.current, check);
  const { email } = collectProblems({ email: () => checkedEmail(typed.email), current });
  const emailKey = foldEmail(email);
  await claimUniqueKeys(em, user, { emailKey }, async (em) => {
    await em.nativeUpdate(User, { id: user.id }, { email, emailKey });
    await endAccess(em, user, keep); // somebody who still reads the old mailbox may have a link from it
  });
}

/** Changes the username everywhere, also in old messages. @throws Invalid if it is invalid or taken */
export async function changeUsername(em: EntityManager, user: User, typed: string): Promise<void> {
  const username = checkedUsername(typed);
  await claimUniqueKeys(em, user, { usernameKey: fold(username) }, (em) => storeUsername(em, user, username));
}

/** The caller holds the user's lock and has checked that the username is free. New copies of a username change here. */
async function storeUsername(em: EntityManager, user: User, username: string): Promise<void> {
  const { usernameKey: oldKey } = await em.findOneOrFail(User, { id: user.id }, { refresh: true });
  const newKey = fold(username);
  if (newKey !== oldKey) await exchangeUsername(em, user, { oldKey, newKey });
  await em.nativeUpdate(User, { id: user.id }, { username, usernameKey: newKey });
  await renameDirects(em, await em.findOneOrFail(User, { id: user.id }, { refresh: true }));
}

/** Runs `work` in a transaction that holds the user's lock, if the keys are free. @throws Invalid if one is taken */
async function claimUniqueKeys(
  em: EntityManager,
  user: User,
  keys: UniqueKeys,
  work: (em: EntityManager) => Promise<void>,
): Promise<void> {
  try {
    await em.transactional(async (em) => {
      await lockVerified(em, user);
      await refuseTakenKeys(em, keys, user);
      await work(em);
    });
  } catch (error) {
    // Another user took a key meanwhile: the unique index refused it, and this finds out which.
    if (error instanceof UniqueConstraintViolationException) await refuseTakenKeys(em.fork(), keys, user);
    throw error;
  }
}

/** @throws Invalid for `current` if the password is wrong, RateLimited after too many wrong passwords */
export async function requirePassword(
  em: EntityManager,
  user: User,
  current: string,
  check: PasswordCheck,
): Promise<void> {
  (await checkPassword(em, user, current, check))();
}

/** Verifies the password and counts a wrong one. Returns a check for `collectProblems`. */
async function checkPassword(
  em: EntityManager,
  user: User,
  current: string,
  { buckets, now, inTurn }: PasswordCheck,
): Promise<() => void> {
  const attempt = await recordAttempt(em, buckets, now);
  const isRight = await verifyPassword(current, user.passwordHash, inTurn).catch(async (error: unknown) => {
    await takeBackAttempt(em, attempt); // no hash was compared, so the password was not wrong
    throw error;
  });
  if (isRight) await takeBackAttempt(em, attempt);
  return () => {
    if (!isRight) throw new Invalid({ current: WRONG });
  };
}

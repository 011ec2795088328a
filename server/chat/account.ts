import { UniqueConstraintViolationException, type EntityManager } from '@mikro-orm/core';
import { attempt, forgive, type Trials } from './attempt.ts';
import { renameDirects } from './direct.ts';
import { Invalid } from './errors.ts';
import { exchangeUsername } from './former-username.ts';
import { checkedPassword, hashPassword, verifyPassword } from './password.ts';
import { endOtherSessions } from './session.ts';
import { collect, fold } from './text.ts';
import { checkedEmail, checkedUsername, lockUser, refuseTaken, User, type Keys } from './user.ts';

const WRONG = 'This is not your password. Type the one that you log in with.';

/** What a wrong password is counted on. */
export interface Trial {
  trials: Trials[];
  now: Date;
}

/**
 * Changes the password, and ends every session of the person but the one with the id `keep`.
 * @throws Invalid where the current password is wrong or the new one cannot be taken, Limited after too many wrong ones
 */
export async function changePassword(
  em: EntityManager,
  user: User,
  typed: { current: string; password: string },
  { keep, logN, ...trial }: Trial & { keep: string; logN: number },
): Promise<void> {
  const current = await tried(em, user, typed.current, trial);
  const { password } = collect({ current, password: () => checkedPassword(typed.password) });
  const passwordHash = await hashPassword(password, logN);
  await em.transactional(async (em) => {
    // By the hash, too: of two changes at once the second has an outdated current password.
    const changed = await em.nativeUpdate(
      User,
      { id: user.id, passwordHash: user.passwordHash },
      { passwordHash },
    );
    if (!changed) throw new Invalid({ current: WRONG });
    await endOtherSessions(em, user, keep);
  });
}

/** Changes the email. @throws Invalid where it cannot be taken or the password is wrong, Limited after too many wrong ones */
export async function changeEmail(
  em: EntityManager,
  user: User,
  typed: { email: string; current: string },
  trial: Trial,
): Promise<void> {
  const current = await tried(em, user, typed.current, trial);
  const { email } = collect({ email: () => checkedEmail(typed.email), current });
  const emailKey = fold(email);
  await taking(em, user, { emailKey }, async (em) => {
    await em.nativeUpdate(User, { id: user.id }, { email, emailKey });
  });
}

/**
 * Changes the username, everywhere at once, since all that names a person refers to them.
 * @throws Invalid where it cannot be taken
 */
export async function changeUsername(em: EntityManager, user: User, typed: string): Promise<void> {
  const username = checkedUsername(typed);
  await taking(em, user, { usernameKey: fold(username) }, (em) => rename(em, user, username));
}

/** Gives the person, who is locked, a username that is free. What else has their name in it is to follow here. */
async function rename(em: EntityManager, user: User, username: string): Promise<void> {
  const { usernameKey: given } = await em.findOneOrFail(User, { id: user.id }, { refresh: true });
  const taken = fold(username);
  if (taken !== given) await exchangeUsername(em, user, { given, taken });
  await em.nativeUpdate(User, { id: user.id }, { username, usernameKey: taken });
  await renameDirects(em, await em.findOneOrFail(User, { id: user.id }, { refresh: true }));
}

/** Does what gives the person a name of which there is one, in a transaction in which it is seen to be free. */
async function taking(
  em: EntityManager,
  user: User,
  keys: Keys,
  work: (em: EntityManager) => Promise<void>,
): Promise<void> {
  try {
    await em.transactional(async (em) => {
      await lockUser(em, user);
      await refuseTaken(em, keys, user);
      await work(em);
    });
  } catch (error) {
    // Somebody else took it in between: the index decides, and we say which.
    if (error instanceof UniqueConstraintViolationException) await refuseTaken(em.fork(), keys, user);
    throw error;
  }
}

/** Makes sure that it is the person who asks. @throws Invalid for `current` where the password is wrong, Limited after too many wrong ones */
export async function provePassword(
  em: EntityManager,
  user: User,
  current: string,
  trial: Trial,
): Promise<void> {
  (await tried(em, user, current, trial))();
}

/** Compares a password with the person's, counting it where it is wrong; returns the check that tells of it. */
async function tried(
  em: EntityManager,
  user: User,
  current: string,
  { trials, now }: Trial,
): Promise<() => void> {
  await attempt(em, trials, now);
  const isRight = await verifyPassword(current, user.passwordHash);
  if (isRight) await forgive(em, trials);
  return () => {
    if (!isRight) throw new Invalid({ current: WRONG });
  };
}

import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { foldEmail, storedEmail } from '../text/addresses.ts';
import { fold, isWellFormed, lengthOf } from '../text/characters.ts';
import { endAccess } from './access.ts';
import { collectProblems } from './checks.ts';
import { renameDirects } from './direct.ts';
import { Invalid } from './errors.ts';
import { exchangeUsername, wasTaken } from './former-username.ts';
import { type AttemptBucket, recordAttempt, takeBackAttempt } from './login-attempt.ts';
import { checkedPassword, type Hashing, hashPassword, type InTurn, verifyPassword } from './password.ts';
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

const LONGEST_USERNAME = 32;
const LONGEST_EMAIL = 254;

export interface NewAccount {
  username: string;
  email: string;
  password: string;
}

/** Creates an account. @throws Invalid if a field breaks a rule, or the username or email is taken */
export async function register(
  em: EntityManager,
  typed: NewAccount,
  { now, ...hashing }: Hashing & { now: Date },
): Promise<User> {
  const { username, email, password } = await checkedAccount(em, typed);
  const keys = { usernameKey: fold(username), emailKey: foldEmail(email) };
  await refuseTakenKeys(em, keys);
  const passwordHash = await hashPassword(password, hashing);
  const user = em.create(User, { username, email, ...keys, passwordHash, createdAt: now });
  try {
    await em.flush();
  } catch (error) {
    // Another user took a key meanwhile: the unique index refused it, and this finds out which.
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    await refuseTakenKeys(em.fork(), keys);
    throw error;
  }
  return user;
}

/** Returns the fields as they are stored. @throws Invalid with all that is wrong at once: invalid fields, and names that are taken */
async function checkedAccount(em: EntityManager, typed: NewAccount): Promise<NewAccount> {
  try {
    return collectProblems({
      username: () => checkedUsername(typed.username),
      email: () => checkedEmail(typed.email),
      password: () => checkedPassword(typed.password),
    });
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const { username, email, password } = error.problems;
    const taken = await takenKeys(em, {
      ...(!username && { usernameKey: fold(checkedUsername(typed.username)) }),
      ...(!email && { emailKey: foldEmail(checkedEmail(typed.email)) }),
    });
    const problems = { username: username ?? taken.username, email: email ?? taken.email, password };
    throw new Invalid(
      Object.fromEntries(Object.entries(problems).filter((pair): pair is [string, string] => !!pair[1])),
    );
  }
}

/** Folded names that no two users may share. */
export interface UniqueKeys {
  usernameKey?: string;
  emailKey?: string;
}

/** @throws Invalid if a user other than `except` has the username or the email, or had the username before */
export async function refuseTakenKeys(em: EntityManager, keys: UniqueKeys, except?: User): Promise<void> {
  const problems = await takenKeys(em, keys, except);
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
}

/** A sentence for each key that is taken. */
async function takenKeys(
  em: EntityManager,
  { usernameKey, emailKey }: UniqueKeys,
  except?: User,
): Promise<Record<string, string>> {
  if (!usernameKey && !emailKey) return {};
  const keys = [...(usernameKey ? [{ usernameKey }] : []), ...(emailKey ? [{ emailKey }] : [])];
  const owners = (await em.find(User, { $or: keys })).filter(({ id }) => id !== except?.id);
  const problems: Record<string, string> = {};
  // Former usernames last, to find one that its user gives up between the two queries.
  if (
    usernameKey &&
    (owners.some((owner) => owner.usernameKey === usernameKey) || (await wasTaken(em, usernameKey, except)))
  )
    problems.username = 'This username is taken. Choose another.';
  if (owners.some((owner) => owner.emailKey === emailKey))
    problems.email = `There is an account with this email already. ${except ? 'Use' : 'Log in, or use'} another address.`;
  return problems;
}

/** Returns the username as it is stored. @throws Invalid for `username` */
export function checkedUsername(text: string): string {
  const username = text.trim().normalize('NFKC');
  const length = lengthOf(username);
  if (length === 0) throw new Invalid({ username: 'Enter a username of 1 to 32 characters.' });
  if (length > LONGEST_USERNAME)
    throw new Invalid({ username: `Choose a username of at most ${LONGEST_USERNAME} characters.` });
  // Invisible letters and marks would make two usernames look the same.
  if (!/^[\p{L}\p{M}\p{Nd}_.-]+$/u.test(username) || /\p{Default_Ignorable_Code_Point}/u.test(username))
    throw new Invalid({ username: 'Use only letters, digits, and the marks _ - . in the username.' });
  if (!/[\p{L}\p{Nd}]/u.test(username))
    throw new Invalid({ username: 'Use at least one letter or digit in the username.' });
  return username;
}

/** Returns the email as it is stored. @throws Invalid for `email` */
export function checkedEmail(text: string): string {
  const email = storedEmail(text);
  if (email === '') throw new Invalid({ email: 'Enter an email address.' });
  if (email.length > LONGEST_EMAIL)
    throw new Invalid({ email: `Use an email address of at most ${LONGEST_EMAIL} characters.` });
  if (
    !isWellFormed(email) ||
    !/^[^\s@\p{Cc}<>()",:;\\[\]]+@[\p{L}\p{M}\p{N}]+((\.|-+)[\p{L}\p{M}\p{N}]+)*$/u.test(email)
  ) {
    throw new Invalid({ email: 'Enter an email address like name@example.org.' });
  }
  return email;
}

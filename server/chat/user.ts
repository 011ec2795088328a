import {
  defineEntity,
  p,
  raw,
  UniqueConstraintViolationException,
  type EntityManager,
} from '@mikro-orm/core';
import { Invalid } from './errors.ts';
import { wasSomebodys } from './former-username.ts';
import { checkedPassword, decoyHash, hashPassword, verifyPassword } from './password.ts';
import type { HourCycle, LiveView, Style, Whereabouts } from './preferences.ts';
import { collect, fold, isWellFormed, lengthOf } from './text.ts';

const LONGEST_USERNAME = 32;
const LONGEST_EMAIL = 254; // RFC 5321, 4.5.3.1.3: a path of 256 less its angle brackets

export const UserSchema = defineEntity({
  name: 'User',
  tableName: 'user',
  properties: {
    id: p.integer().primary().autoincrement(),
    username: p.string(),
    /** `username` folded, so that no two differ by case or width alone. */
    usernameKey: p.string().unique(),
    email: p.string(),
    emailKey: p.string().unique(),
    passwordHash: p.text().hidden(),
    createdAt: p.datetime(3),
    /** The time zone that they have chosen; null: as the browser says. */
    zone: p.string().nullable(),
    hourCycle: p.string().$type<HourCycle>().default('h23'),
    /** Whether others find them by their email, and not by their username alone. */
    foundByEmail: p.boolean().default(true),
    whereabouts: p.string().$type<Whereabouts>().default('friends'),
    /** Whether Enter sends a message, where script runs, and does not make a new line. */
    enterSends: p.boolean().default(false),
    /** What is announced to them in all rooms, as JSON; null: what is to whoever has chosen nothing. */
    announcements: p.text().nullable(),
    liveView: p.string().$type<LiveView>().default('off'),
    /** Whether each message has a link to report it, and not the room's page one for all. */
    reportLinks: p.boolean().default(true),
    style: p.string().$type<Style>().default('calm'),
    /** Whether they may answer reports, and suspend people. Given by a command alone. */
    operator: p.boolean().default(false),
    /** When they deleted their account: what is left of it are a number and what others saw of it. */
    deletedAt: p.datetime(3).nullable(),
    /** Since when they cannot log in; and the reason, as they are told. */
    suspendedAt: p.datetime(3).nullable(),
    suspendedFor: p.text().default(''),
  },
});

/** An account: a person who can log in. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);

/** What a person types to create an account. */
export interface Registration {
  username: string;
  email: string;
  password: string;
}

/**
 * Creates an account.
 * @throws Invalid where a field cannot be taken, or the username or email is taken already
 */
export async function register(
  em: EntityManager,
  typed: Registration,
  { now, logN }: { now: Date; logN: number },
): Promise<User> {
  const { username, email, password } = collect({
    username: () => checkedUsername(typed.username),
    email: () => checkedEmail(typed.email),
    password: () => checkedPassword(typed.password),
  });
  const keys = { usernameKey: fold(username), emailKey: fold(email) };
  await refuseTaken(em, keys);
  const passwordHash = await hashPassword(password, logN);
  const user = em.create(User, { username, email, ...keys, passwordHash, createdAt: now });
  try {
    await em.flush();
  } catch (error) {
    // Somebody else took it while the password was hashed: the index decides, and we say which.
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    await refuseTaken(em.fork(), keys);
    throw error;
  }
  return user;
}

/**
 * Finds the person whose username or email and password these are; undefined where there is none.
 * An unknown name takes as long as a wrong password.
 */
export async function authenticate(
  em: EntityManager,
  login: string,
  password: string,
  { logN }: { logN: number },
): Promise<User | undefined> {
  const user = await findByLogin(em, login);
  const right = await verifyPassword(password, user?.passwordHash ?? (await decoyHash(logN)));
  return user && right ? user : undefined;
}

/** Finds an account by username or email, without regard to case; null where there is none. */
export async function findByLogin(em: EntityManager, login: string): Promise<User | null> {
  const key = fold(login.trim());
  if (!isWellFormed(key)) return null;
  return em.findOne(User, {
    ...(key.includes('@') ? { emailKey: key } : { usernameKey: key }),
    deletedAt: null,
  });
}

/** Finds an account by username, without regard to case; null where there is none. */
export async function findByUsername(em: EntityManager, username: string): Promise<User | null> {
  const usernameKey = fold(username.trim());
  return isWellFormed(usernameKey) ? em.findOne(User, { usernameKey, deletedAt: null }) : null;
}

/**
 * Locks the person until the transaction ends, so that where they are is changed by one at a time.
 * Comes before the locks of rooms; see `lockRooms` for how.
 */
export async function lockUser(em: EntityManager, user: User): Promise<void> {
  await em.nativeUpdate(User, { id: user.id }, { createdAt: raw('created_at') });
}

/** What there may be one of among all people. */
export interface Keys {
  usernameKey?: string;
  emailKey?: string;
}

/** Makes sure that nobody, other than `but`, has the username or the email, or had the username. @throws Invalid */
export async function refuseTaken(
  em: EntityManager,
  { usernameKey, emailKey }: Keys,
  but?: User,
): Promise<void> {
  const keys = [...(usernameKey ? [{ usernameKey }] : []), ...(emailKey ? [{ emailKey }] : [])];
  const takers = (await em.find(User, { $or: keys })).filter(({ id }) => id !== but?.id);
  const problems: Record<string, string> = {};
  // First who has it, then who had it: whoever gives it up in between is seen by the second look.
  if (
    usernameKey &&
    (takers.some((taker) => taker.usernameKey === usernameKey) || (await wasSomebodys(em, usernameKey, but)))
  )
    problems.username = 'This username is taken. Choose another.';
  if (takers.some((taker) => taker.emailKey === emailKey))
    problems.email = `There is an account with this email already. ${but ? 'Use' : 'Log in, or use'} another address.`;
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
}

/** Returns the username as it is kept. @throws Invalid for `username` */
export function checkedUsername(text: string): string {
  const username = text.trim().normalize('NFKC');
  const length = lengthOf(username);
  if (length === 0) throw new Invalid({ username: 'Enter a username of 1 to 32 characters.' });
  if (length > LONGEST_USERNAME)
    throw new Invalid({ username: `Choose a username of at most ${LONGEST_USERNAME} characters.` });
  // Some letters and marks show nothing: with them a name would look like another's.
  if (!/^[\p{L}\p{M}\p{Nd}_.-]+$/u.test(username) || /\p{Default_Ignorable_Code_Point}/u.test(username))
    throw new Invalid({ username: 'Use only letters, digits, and the marks _ - . in the username.' });
  if (!/[\p{L}\p{Nd}]/u.test(username))
    throw new Invalid({ username: 'Use at least one letter or digit in the username.' });
  return username;
}

/** Returns the email as it is kept. @throws Invalid for `email` */
export function checkedEmail(text: string): string {
  const email = text.trim();
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

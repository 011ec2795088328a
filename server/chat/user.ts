import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { loginKey, usernameKey as keyOfUsername } from '../text/addresses.ts';
import { isWellFormed } from '../text/characters.ts';
import { isolated } from '../text/direction.ts';
import { Forbidden, Unauthenticated, UserNotFound } from './errors.ts';
import { findRow } from './find-row.ts';
import { lock } from './lock.ts';
import { decoyHash, type Hashing, verifyPassword } from './password.ts';

/** Times as 14:05 or as 2:05 pm. */
export type HourCycle = 'h23' | 'h12';
/** Who can see which room the user is in. */
export type PresenceVisibility = 'friends' | 'nobody';
/** How a room's page updates without scripts: never, by a reload at an interval, or as one endless page. */
export type LiveView = 'off' | '10s' | '30s' | '1min' | '5min' | 'stream';
export type Style = 'calm' | 'y2k' | 'terminal';

export const UserSchema = defineEntity({
  name: 'User',
  tableName: 'user',
  properties: {
    id: p.integer().primary().autoincrement(),
    username: p.string(),
    /** `username` folded, so that no two usernames differ only by case or width. */
    usernameKey: p.string().unique(),
    email: p.string(),
    emailKey: p.string().unique(),
    passwordHash: p.text().hidden(),
    /** Rises whenever access is ended, so that what was verified before counts no more. */
    accessVersion: p
      .integer()
      .default(0)
      .onCreate(() => 0),
    createdAt: p.datetime(3),
    /** The chosen time zone; null: the browser's. */
    zone: p.string().nullable(),
    hourCycle: p.string().$type<HourCycle>().default('h23'),
    /** Whether others can find the user by email, and not only by username. */
    foundByEmail: p.boolean().default(true),
    whereabouts: p.string().$type<PresenceVisibility>().default('friends'),
    /** Whether Enter sends a message where scripts run; otherwise it makes a new line. */
    enterSends: p.boolean().default(false),
    /** The announcements in all rooms, as JSON; null: the defaults. */
    announcements: p.text().nullable(),
    liveView: p.string().$type<LiveView>().default('off'),
    /** Whether each message has its own link to report it; otherwise a room's page has one link for all. */
    reportLinks: p.boolean().default(true),
    style: p.string().$type<Style>().default('calm'),
    /** Words that stand beside the name; empty if there are none. */
    away: p.text().default(''),
    /** Whether the user may answer reports and suspend users. Only a command changes it. */
    operator: p.boolean().default(false),
    /** When the user deleted the account. The row stays, because messages refer to it. */
    deletedAt: p.datetime(3).nullable(),
    suspendedAt: p.datetime(3).nullable(),
    /** The reason, which the user can read. */
    suspendedFor: p.text().default(''),
  },
  indexes: [{ properties: ['suspendedAt'] }],
});

/** An account. */
export class User extends UserSchema.class {
  /** `accessVersion` as it was when the session of this request was looked up. No column, because the ORM may refresh the columns. */
  declare verifiedAccess?: number;
}
UserSchema.setClass(User);

/** Takes as long for an unknown username or email as for a wrong password. */
export async function authenticate(
  em: EntityManager,
  login: string,
  password: string,
  { logN, inTurn }: Hashing,
): Promise<User | undefined> {
  const user = await findByLogin(em, login);
  const isRight = await verifyPassword(password, user?.passwordHash ?? (await decoyHash(logN)), inTurn);
  return user && isRight ? user : undefined;
}

/** By username, also as `@ada`, or by email; however it is typed. */
export async function findByLogin(em: EntityManager, login: string): Promise<User | null> {
  return isWellFormed(login) ? em.findOne(User, { ...loginKey(login), deletedAt: null }) : null;
}

/** However it is typed, also as `@ada`. */
export async function findByUsername(em: EntityManager, username: string): Promise<User | null> {
  const usernameKey = keyOfUsername(username);
  return isWellFormed(username) ? em.findOne(User, { usernameKey, deletedAt: null }) : null;
}

/** Returns undefined if the user can log in. */
export function suspensionRefusal(user: Pick<User, 'suspendedAt' | 'suspendedFor'>): Forbidden | undefined {
  if (!user.suspendedAt) return undefined;
  return new Forbidden(
    `This account is suspended. The reason: ${isolated(user.suspendedFor)} If you think that this is wrong, write to the people who run this Plainchat.`,
  );
}

/**
 * Locks users, as `lock`. Returns their rows as they are now, in the order given; also those of former
 * members. Call it before `lockRooms`: the other order could end in a deadlock.
 */
export async function lockRows(em: EntityManager, ...users: Pick<User, 'id'>[]): Promise<User[]> {
  const ids = new Set(users.map(({ id }) => id));
  await lock(em, 'user', [...ids]);
  const rows = new Map<number, User>();
  for (const id of ids) {
    const row = await findRow(em, User, { id });
    if (row) rows.set(id, row);
  }
  return users.map(({ id }) => rows.get(id)!);
}

/** Locks a user on whom somebody acts, as `lockRows`. Returns the row as it is now. @throws UserNotFound for a former member */
export async function lockUser(em: EntityManager, user: Pick<User, 'id'>): Promise<User> {
  const [row] = await lockRows(em, user);
  if (row!.deletedAt) throw new UserNotFound();
  return row!;
}

/**
 * Locks a user who acts, and the users on whom they act, as `lockRows`. Returns the row of the one who acts as
 * it is now. Every act of a user goes through this: whatever was verified before may have ended since.
 * @throws Unauthenticated if the account was deleted, or access to it has ended since the session was looked up
 * @throws Forbidden if they are suspended, UserNotFound if another is a former member
 */
export async function lockActor(em: EntityManager, user: User, ...others: Pick<User, 'id'>[]): Promise<User> {
  const [actor, ...rest] = await lockRows(em, user, ...others);
  requireActive(actor!, user.verifiedAccess);
  if (rest.some(({ deletedAt }) => deletedAt)) throw new UserNotFound();
  return actor!;
}

/** @param verified `accessVersion` as it was when the user was verified; undefined if that is unknown @throws as `lockActor` */
export function requireActive(user: User, verified?: number): void {
  const refusal = suspensionRefusal(user);
  if (refusal) throw refusal;
  const isOutdated = verified !== undefined && verified !== user.accessVersion;
  if (user.deletedAt || isOutdated) throw new Unauthenticated();
}

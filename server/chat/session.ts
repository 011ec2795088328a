import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { sha256 } from '../text/hash.ts';
import { deleteInSlices } from './clearing.ts';
import { NotFound } from './errors.ts';
import { User } from './user.ts';

const DAY_MS = 86_400_000;
/** A session ends this long after its last sign of life. */
const IDLE_MS = 30 * DAY_MS;
/** A session ends at the latest this long after its log-in. */
export const LIFETIME_MS = 365 * DAY_MS;
/** A sign of life is stored only if the last one is older than this. */
const STALE_MS = 3_600_000;
const LONGEST_USER_AGENT = 256;

export const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'session',
  properties: {
    /** A hash of the cookie's value, so that nobody who reads the table can log in with it. */
    id: p.string().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    /** The data of koa-session, as JSON. */
    data: p.text(),
    createdAt: p.datetime(3).index(),
    seenAt: p.datetime(3).index(),
    /** The `User-Agent` at log-in. */
    userAgent: p.string().default(''),
  },
});

/** A browser in which a user is logged in. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

export interface SessionData {
  userId: number;
  /** The token in the session's forms. */
  csrf: string;
  /** A sentence that the next page shows once. */
  flash?: string | undefined;
}

/** Returns the data of a live session, and stores the sign of life. @param key the cookie's value */
export async function findSession(
  em: EntityManager,
  key: string,
  now: Date,
): Promise<SessionData | undefined> {
  const session = await em.findOne(Session, { id: sessionId(key), ...liveAt(now) });
  if (!session) return undefined;
  if (now.getTime() - session.seenAt.getTime() > STALE_MS) {
    await em.nativeUpdate(Session, { id: session.id }, { seenAt: now });
  }
  return JSON.parse(session.data) as SessionData;
}

/** Stores a session. `logIn` in `access.ts` calls this once it holds the user's lock. @param key the cookie's value */
export async function beginSession(
  em: EntityManager,
  key: string,
  data: SessionData,
  now: Date,
  userAgent = '',
): Promise<void> {
  await em.insert(Session, {
    id: sessionId(key),
    user: data.userId,
    data: JSON.stringify(data),
    createdAt: now,
    seenAt: now,
    userAgent: userAgent.slice(0, LONGEST_USER_AGENT),
  });
}

/** Saves the data. Never revives a session that ended during the request. */
export async function saveSession(
  em: EntityManager,
  key: string,
  data: SessionData,
  now: Date,
): Promise<void> {
  await em.nativeUpdate(Session, { id: sessionId(key) }, { data: JSON.stringify(data), seenAt: now });
}

export async function endSession(em: EntityManager, key: string): Promise<void> {
  await em.nativeDelete(Session, { id: sessionId(key) });
}

/** Ends a session of the user by its id. @throws NotFound if the user has no such session */
export async function endSessionOf(em: EntityManager, user: User, id: string): Promise<void> {
  const ended = /^[\w-]{43}$/.test(id) && (await em.nativeDelete(Session, { id, user }));
  if (!ended) throw new NotFound('This session has ended already. See the others in your settings.');
}

/** Deletes sessions that were not ended, but are too old. */
export async function deleteEndedSessions(em: EntityManager, now: Date): Promise<void> {
  const { seenAt, createdAt } = liveAt(now);
  await deleteInSlices(em, Session, { seenAt: { $lte: seenAt.$gt } }, 'id');
  await deleteInSlices(em, Session, { createdAt: { $lte: createdAt.$gt } }, 'id');
}

export const liveAt = (now: Date) => ({
  seenAt: { $gt: new Date(now.getTime() - IDLE_MS) },
  createdAt: { $gt: new Date(now.getTime() - LIFETIME_MS) },
});

/** @param key the cookie's value */
export function sessionId(key: string): string {
  return sha256(key);
}

/** Until then the session is live, and no sign of life needs to be stored. In milliseconds since 1970. */
export function freshUntil({ seenAt, createdAt }: { seenAt: number; createdAt: number }): number {
  return Math.min(seenAt + STALE_MS, createdAt + LIFETIME_MS);
}

import { createHash } from 'node:crypto';
import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { Missing } from './errors.ts';
import { User } from './user.ts';

const DAY_MS = 86_400_000;
/** A session ends this long after its last sign of life. */
const IDLE_MS = 30 * DAY_MS;
/** A session ends this long after its log-in, whatever happens. */
export const LIFETIME_MS = 365 * DAY_MS;
/** A sign of life is written down when the last one is older than this. */
const STALE_MS = 3_600_000;
/** So much is kept of what a browser calls itself. */
const LONGEST_USER_AGENT = 256;

export const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'session',
  properties: {
    /** A hash of the cookie's value, so that whoever reads the table cannot log in with it. */
    id: p.string().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    /** What koa-session keeps, as JSON. */
    data: p.text(),
    createdAt: p.datetime(3),
    seenAt: p.datetime(3),
    /** What the browser called itself at log-in. */
    userAgent: p.string().default(''),
  },
});

/** One browser in which a person is logged in. */
export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session);

/** What a session remembers of a browser. */
export interface SessionData {
  userId: number;
  /** The token that its forms carry. */
  csrf: string;
  /** What the next page is to tell, once. */
  flash?: string | undefined;
}

/** Returns what the live session with this cookie value holds, and notes the sign of life; undefined where there is none. */
export async function findSession(
  em: EntityManager,
  key: string,
  now: Date,
): Promise<SessionData | undefined> {
  const session = await em.findOne(Session, { id: sessionId(key), ...live(now) });
  if (!session) return undefined;
  if (now.getTime() - session.seenAt.getTime() > STALE_MS) {
    await em.nativeUpdate(Session, { id: session.id }, { seenAt: now });
  }
  return JSON.parse(session.data) as SessionData;
}

/** Begins a session that the cookie value `key` opens. */
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

/** Keeps what a session holds. One that has ended stays so, whatever a request under way had still to keep. */
export async function saveSession(
  em: EntityManager,
  key: string,
  data: SessionData,
  now: Date,
): Promise<void> {
  await em.nativeUpdate(Session, { id: sessionId(key) }, { data: JSON.stringify(data), seenAt: now });
}

/** Ends a session: its cookie opens nothing from now on. */
export async function endSession(em: EntityManager, key: string): Promise<void> {
  await em.nativeDelete(Session, { id: sessionId(key) });
}

/** The live sessions of a person, the one seen last first. */
export function sessionsOf(em: EntityManager, user: User, now: Date): Promise<Session[]> {
  return em.find(Session, { user, ...live(now) }, { orderBy: { seenAt: 'desc', createdAt: 'desc' } });
}

/** Ends a session of the person by its id. @throws Missing where they have none with it */
export async function endSessionOf(em: EntityManager, user: User, id: string): Promise<void> {
  const ended = /^[\w-]{43}$/.test(id) && (await em.nativeDelete(Session, { id, user }));
  if (!ended) throw new Missing('This session has ended already. See the others in your settings.');
}

/** Ends all sessions of the person but the one with the id `keep`. */
export async function endOtherSessions(em: EntityManager, user: User, keep: string): Promise<void> {
  await em.nativeDelete(Session, { user, id: { $ne: keep } });
}

/** Forgets the sessions that have ended by themselves. */
export async function forgetEndedSessions(em: EntityManager, now: Date): Promise<void> {
  const { seenAt, createdAt } = live(now);
  await em.nativeDelete(Session, { $or: [{ $not: { seenAt } }, { $not: { createdAt } }] });
}

const live = (now: Date) => ({
  seenAt: { $gt: new Date(now.getTime() - IDLE_MS) },
  createdAt: { $gt: new Date(now.getTime() - LIFETIME_MS) },
});

/** The id of the session that the cookie value `key` opens: a hash, which opens nothing. */
export function sessionId(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** Until when a session is live, and its last sign of life need not be written down: all in milliseconds since 1970. */
export function freshUntil({ seenAt, createdAt }: { seenAt: number; createdAt: number }): number {
  return Math.min(seenAt + STALE_MS, createdAt + LIFETIME_MS);
}

import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { signingKeys } from '../server/chat/signing-key.ts';
import {
  endSession,
  findSession,
  LIFETIME_MS,
  saveSession,
  type SessionData,
} from '../server/chat/session.ts';

/** What cookies of ours are made with; `__Host-` binds them to this host, and works over https alone. */
export function cookieOptions(secure: boolean) {
  return {
    name: (name: string) => (secure ? `__Host-${name}` : name),
    attributes: { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: true } as const,
  };
}

/** What koa-session takes: the cookie holds an id, and the database the session. */
export function sessionOptions({
  secure,
  em,
  clock,
}: {
  secure: boolean;
  em: () => EntityManager;
  clock: () => Date;
}) {
  const { name, attributes } = cookieOptions(secure);
  return {
    ...attributes,
    key: name('sid'),
    maxAge: LIFETIME_MS,
    genid: (ctx: { sessionKey: string }) => (ctx.sessionKey = randomBytes(24).toString('base64url')),
    store: {
      get: (key: string) => findSession(em(), key, clock()),
      set: (key: string, data: SessionData) => saveSession(em(), key, data, clock()),
      destroy: (key: string) => endSession(em(), key),
    },
  };
}

/** Returns the keys that sign cookies: those given, or else those kept in a file beside the database, made on the first start. */
export function sessionKeys(given: string[] | undefined, chatDb: string): string[] {
  if (given?.length) return given;
  if (chatDb === ':memory:') return [freshKey()];
  if (keptKeys(chatDb).length === 0) appendFileSync(fileOf(chatDb), `${freshKey()}\n`, { mode: 0o600 }); // appended, so that two first starts at once have both keys
  return keptKeys(chatDb);
}

/** Returns the keys beside the database, newest first; none where none were made. */
export function keptKeys(chatDb: string): string[] {
  return existsSync(fileOf(chatDb)) ? readFileSync(fileOf(chatDb), 'utf8').split('\n').filter(Boolean) : [];
}

/** The same for processes on several machines, which share a database and no folder: kept in it. */
export async function sharedKeys(
  given: string[] | undefined,
  em: EntityManager,
  now: Date,
): Promise<string[]> {
  return given?.length ? given : signingKeys(em, freshKey(), now);
}

const freshKey = (): string => randomBytes(32).toString('base64url');
const fileOf = (chatDb: string): string => `${chatDb}.keys`;

import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sqlite';
import { endSession, findSession, LIFETIME_MS, saveSession, type SessionData } from '../server/chat/session.ts';

/** What cookies of ours are made with; `__Host-` binds them to this host, and works over https alone. */
export function cookieOptions(secure: boolean) {
  return { name: (name: string) => (secure ? `__Host-${name}` : name), attributes: { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: true } as const };
}

/** What koa-session takes: the cookie holds an id, and the database the session. */
export function sessionOptions({ secure, em, clock }: { secure: boolean; em: () => EntityManager; clock: () => Date }) {
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
  const fresh = randomBytes(32).toString('base64url');
  if (chatDb === ':memory:') return [fresh];
  const file = `${chatDb}.keys`;
  const keys = read(file);
  if (keys.length > 0) return keys;
  appendFileSync(file, `${fresh}\n`, { mode: 0o600 }); // appended, so that two first starts at once have both keys
  return read(file);
}

const read = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);

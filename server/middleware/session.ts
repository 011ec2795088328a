import type { Context } from '../context.ts';
import type { SessionCache } from '../live/session-cache.ts';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { randomBytes } from 'node:crypto';
import { endSession, findSession, LIFETIME_MS, saveSession, type SessionData } from '../chat/session.ts';

/** The name and attributes of our cookies. `__Host-` binds a cookie to this host, and needs https. */
export function cookieOptions(secure: boolean) {
  return {
    name: (name: string) => (secure ? `__Host-${name}` : name),
    attributes: { httpOnly: true, sameSite: 'lax', secure, path: '/', signed: true } as const,
  };
}

/** The options of koa-session: the cookie holds a key, and the database holds the session. */
export function sessionOptions({
  secure,
  em,
  sessions,
  clock,
}: {
  secure: boolean;
  em: () => EntityManager;
  sessions: SessionCache;
  clock: () => Date;
}) {
  const { name, attributes } = cookieOptions(secure);
  return {
    ...attributes,
    key: name('sid'),
    maxAge: LIFETIME_MS,
    genid: (ctx: { sessionKey: string }) => (ctx.sessionKey = randomBytes(24).toString('base64url')),
    store: {
      get: async (key: string, _: number, { ctx }: { ctx?: Pick<Context, 'req' | 'res'> }) => {
        const cached = await sessions.find(ctx!.req, ctx!.res);
        return cached ? (JSON.parse(cached.data) as SessionData) : findSession(em(), key, clock());
      },
      set: (key: string, data: SessionData) => saveSession(em(), key, data, clock()),
      destroy: (key: string) => endSession(em(), key),
    },
  };
}

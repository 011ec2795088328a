import * as access from '../chat/access.ts';
import { Invalid } from '../chat/errors.ts';
import { attemptBuckets, recordAttempt, takeBackAttempt } from '../chat/login-attempt.ts';
import type { Hashing } from '../chat/password.ts';
import { leave, presenceOf } from '../chat/presence.ts';
import { authenticate, suspensionRefusal, type User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { csrfToken, freshToken } from '../middleware/csrf.ts';
import { flash, seeOther } from '../middleware/reply.ts';
import { isolated } from '../text/direction.ts';
import { fold } from '../text/characters.ts';
import { field } from './parameters.ts';

/** GET /login: for who is logged in already, what follows it */
export const form: Handler = (ctx) => {
  if (ctx.viewer && !ctx.refused) return seeOther(ctx, nextOf(ctx) ?? '/rooms');
  ctx.page('accounts/login.njk', { next: nextOf(ctx) });
};

/** POST /login */
export const logIn: Handler = async (ctx) => {
  const login = field(ctx, 'login');
  const owner = `log-in ${fold(login.trim())} ${ctx.address}`;
  ctx.queues.hashing.check(owner); // before the attempt is counted: what is refused writes nothing
  const attempt = await countAttempt(ctx, login);
  const hashing = hashingFor(ctx, owner);
  const user = await authenticate(ctx.em, login, field(ctx, 'password'), hashing).catch(
    async (error: unknown) => {
      await takeBackAttempt(ctx.em, attempt); // no hash was compared, so the password was not wrong
      throw error;
    },
  );
  if (!user) throw new Invalid({ login: access.WRONG_LOGIN });
  await takeBackAttempt(ctx.em, attempt);
  await ctx.rateLimiter.consume('session', { address: ctx.address, now: ctx.now, user });
  await begin(ctx, user, `Welcome back, ${isolated(user.username)}.`);
  seeOther(ctx, nextOf(ctx) ?? '/rooms');
};

/** POST /logout */
export const logOut: Handler = async (ctx) => {
  const { user } = ctx;
  const presence = user && (await presenceOf(ctx.em, user));
  if (presence)
    await ctx.em.transactional((em) => leave(em, user, presence.room.id, ctx.now, { told: true }));
  ctx.session = null;
  csrfToken(ctx); // a form that is still open in another tab is too old then, and not without any cookie
  flash(ctx, 'You are logged out.');
  seeOther(ctx, '/');
};

/** Logs the user in under a new session id, so that an id that was known before is of no use. @param flash what the next page says @throws as `access.logIn` */
export async function begin(ctx: Context, user: User, flash: string): Promise<void> {
  const refusal = suspensionRefusal(user);
  if (refusal) throw refusal;
  const data = { userId: user.id, csrf: freshToken(), flash };
  ctx.session = data as Context['session'];
  await ctx.session!.regenerate();
  const session = { key: ctx.sessionKey, data, now: ctx.now, userAgent: ctx.get('User-Agent') };
  try {
    await access.logIn(ctx.em, user, session);
  } catch (error) {
    ctx.session = null;
    throw error;
  }
}

/** How to hash in an owner's turn. @param owner whose hashes wait for each other */
export const hashingFor = ({ env, queues }: Context, owner: string): Hashing => ({
  logN: env.scryptLogN,
  inTurn: queues.hashing.turnsOf(owner),
});

/** Counts the attempt before the password is checked. @throws RateLimited */
async function countAttempt(ctx: Context, login: string): Promise<number[]> {
  if (!ctx.env.rateLimits) return [];
  return recordAttempt(ctx.em, attemptBuckets(login, ctx.address), ctx.now);
}

/** The path of ours to show after the log-in, or after the creation of an account; undefined if the request names none. */
export const nextOf = (ctx: Context): string | undefined => ownPath(ctx.query.next ?? field(ctx, 'next'));

/** Returns the path if it is one of ours, so that log-in never redirects to another site; else undefined. */
function ownPath(path: string | string[] | undefined): string | undefined {
  return typeof path === 'string' && /^\/(?!\/)[^\\\p{Cc}]*$/u.test(path) ? path : undefined;
}

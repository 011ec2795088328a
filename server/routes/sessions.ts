import { attempt, forgive, passwordTrials } from '../chat/attempt.ts';
import { Invalid } from '../chat/errors.ts';
import { leave, presenceOf } from '../chat/presence.ts';
import { beginSession } from '../chat/session.ts';
import { whySuspended } from '../chat/suspension.ts';
import { authenticate, findByLogin, type User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { freshToken } from '../middleware/csrf.ts';
import { seeOther } from '../middleware/pages.ts';
import { field } from './parameters.ts';

/** GET /login */
export const form: Handler = (ctx) =>
  ctx.page('accounts/login.njk', { next: ownPath(ctx.query.next ?? field(ctx, 'next')) });

/** POST /login */
export const logIn: Handler = async (ctx) => {
  const login = field(ctx, 'login');
  const trials = await allowed(ctx, login);
  const user = await authenticate(ctx.em, login, field(ctx, 'password'), { logN: ctx.env.scryptLogN });
  if (!user)
    throw new Invalid({
      login: 'The username or email and the password do not go together. Check both, and try again.',
    });
  await forgive(ctx.em, trials);
  await ctx.limits.draw('session', { ...ctx, user });
  await begin(ctx, user);
  seeOther(ctx, ownPath(field(ctx, 'next')) ?? '/rooms');
};

/** POST /logout */
export const logOut: Handler = async (ctx) => {
  const { user } = ctx;
  const presence = user && (await presenceOf(ctx.em, user));
  if (presence)
    await ctx.em.transactional((em) => leave(em, user, presence.room.id, ctx.now, { told: true }));
  ctx.session = null;
  seeOther(ctx, '/');
};

/** Logs the person in, under a new session id: one that was known before opens nothing. @throws Forbidden where they are suspended */
export async function begin(ctx: Context, user: User): Promise<void> {
  const refusal = whySuspended(user);
  if (refusal) throw refusal;
  const data = { userId: user.id, csrf: freshToken() };
  ctx.session = data as Context['session'];
  await ctx.session!.regenerate();
  await beginSession(ctx.em, ctx.sessionKey, data, ctx.now, ctx.get('User-Agent'));
}

/** Counts the attempt before a password is looked at. */
async function allowed(ctx: Context, login: string) {
  if (!ctx.env.rateLimits) return [];
  const user = await findByLogin(ctx.em, login);
  const trials = passwordTrials(user ? String(user.id) : `? ${login}`, ctx.address);
  await attempt(ctx.em, trials, ctx.now);
  return trials;
}

/** The path where it is one of ours, so that log-in leads nobody elsewhere; else undefined. */
function ownPath(path: string | string[] | undefined): string | undefined {
  return typeof path === 'string' && /^\/(?!\/)[^\\\p{Cc}]*$/u.test(path) ? path : undefined;
}

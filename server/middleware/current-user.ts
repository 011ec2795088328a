import { Anonymous } from '../chat/errors.ts';
import { User } from '../chat/user.ts';
import type { Context, Middleware } from '../context.ts';
import { csrfToken } from './csrf.ts';

/** Finds who is logged in, and the token of their forms. */
export const currentUser: Middleware = async (ctx, next) => {
  const id = ctx.session?.userId;
  ctx.user =
    id === undefined
      ? undefined
      : ((await ctx.em.findOne(User, { id, deletedAt: null, suspendedAt: null })) ?? undefined);
  ctx.csrf = csrfToken(ctx);
  await next();
};

/** Returns who is logged in. @throws Anonymous where nobody is */
export function me(ctx: Context): User {
  if (!ctx.user) throw new Anonymous();
  return ctx.user;
}

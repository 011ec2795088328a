import type { Context, Middleware } from '../context.ts';

/** Notes that a person who opens a page, any page, is still there. */
export const signsOfLife: Middleware = async (ctx, next) => {
  if (ctx.user && ctx.method === 'GET' && ctx.path !== '/poll' && isOpening(ctx)) ctx.leases.heard(ctx.user.id, 'page', false);
  await next();
};

/** Whether a person asked for this page, and not a browser that guesses what they may want next. */
export function isOpening(ctx: Context): boolean {
  return ctx.method === 'GET' && !ctx.get('Sec-Purpose').includes('prefetch');
}

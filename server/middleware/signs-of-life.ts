import type { Context, Middleware } from '../context.ts';
import { wantsJson } from './errors.ts';

/** Notes that a person who opens a page or sends a form, any, is still there. A closing page is no such sign. */
export const signsOfLife: Middleware = async (ctx, next) => {
  if (ctx.user && isOpening(ctx) && ctx.path !== '/poll')
    ctx.leases.heard(ctx.user.id, wantsJson(ctx) ? {} : { lease: 'page' });
  if (ctx.user && ctx.method === 'POST' && !ctx.fields.closing) ctx.leases.heard(ctx.user.id, {});
  await next();
};

/** Whether a person asked for this page, and not a browser that guesses what they may want next. */
export function isOpening(ctx: Context): boolean {
  return ctx.method === 'GET' && !ctx.get('Sec-Purpose').includes('prefetch');
}

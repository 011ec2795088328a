import type { Context, Middleware } from '../context.ts';
import type { LimitedAction } from '../chat/rate-limit.ts';
import { tooMany } from '../live/connections.ts';
import { kindOf } from '../live/in-flight.ts';

/** Refuses a request if its user has too many under way, over all their sessions. Holds without rate limits, too. */
export const inFlight: Middleware = async (ctx, next) => {
  if (!ctx.viewer || ctx.inFlight.begin(`user ${ctx.viewer.id}`, ctx.req, ctx.res)) return next();
  const { headers, body } = tooMany(ctx.req);
  ctx.status = 503;
  ctx.set(headers);
  ctx.body = body;
};

/** Limits how often a user, and an address, may read. Static files, health checks and polls answered from memory never come here. */
export const readingLimit: Middleware = async (ctx, next) => {
  const { method, viewer, address, now } = ctx;
  if (method === 'GET' || method === 'HEAD')
    await ctx.rateLimiter.consume(actionOf(ctx), { user: viewer, address, now });
  await next();
};

/** The router ignores case and a slash at the end. */
function actionOf({ path }: Context): LimitedAction {
  if (/^\/settings\/data\/?$/i.test(path)) return 'data';
  if (/\/transcript\.\w+\/?$/i.test(path)) return 'transcript';
  return kindOf({ url: path }) === 'file' ? 'file' : 'page';
}

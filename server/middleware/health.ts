import type { Middleware } from '../context.ts';

/** GET /healthz: for whoever watches over the server; it needs no session and makes none. */
export const health: Middleware = async (ctx, next) => {
  if (ctx.path !== '/healthz') return next();
  ctx.body = { status: 'ok' };
};

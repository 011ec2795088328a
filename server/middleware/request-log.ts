import type { Middleware } from '../context.ts';

/** Too frequent for the info log. */
const QUIET = ['/poll', 'none'];

/** Logs and measures each request once its answer is sent, by the route and not the address. */
export const requestLog: Middleware = async (ctx, next) => {
  const begun = performance.now();
  ctx.res.once('close', () => {
    const { method, status } = ctx;
    const route = String((ctx as { _matchedRoute?: string | RegExp })._matchedRoute ?? 'none');
    const ms = Math.round(performance.now() - begun);
    ctx.metrics?.observeRequest({ method: METHODS.has(method) ? method : 'other', route, status }, ms);
    ctx.log[QUIET.includes(route) && status < 500 ? 'debug' : 'info'](
      { method, route, status, ms },
      'request',
    );
  });
  await next();
};

const METHODS = new Set(['GET', 'HEAD', 'POST']);

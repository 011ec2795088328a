import type { Middleware } from '../context.ts';

/** Requests of which each is worth nothing: told only where much is. */
const QUIET = ['/poll', 'none'];

/** Tells of each request, when its answer is out, by the pattern of its address and not by what stands in it. */
export const requests: Middleware = async (ctx, next) => {
  const begun = performance.now();
  ctx.res.once('close', () => {
    const { method, status } = ctx;
    const route = String((ctx as { _matchedRoute?: string | RegExp })._matchedRoute ?? 'none');
    const ms = Math.round(performance.now() - begun);
    ctx.metrics?.answered({ method: METHODS.has(method) ? method : 'other', route, status }, ms);
    ctx.log[QUIET.includes(route) && status < 500 ? 'debug' : 'info'](
      { method, route, status, ms },
      'request',
    );
  });
  await next();
};

const METHODS = new Set(['GET', 'HEAD', 'POST']);

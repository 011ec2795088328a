import { randomUUID } from 'node:crypto';
import type { Middleware } from '../context.ts';

const VALID = /^[\w.:+/=-]{8,128}$/;

/**
 * Gives each request an id: that of a trusted proxy, or a new one. The answer and all lines of the log about
 * the request have it, so that what a user saw can be found in both logs.
 */
export const requestId: Middleware = (ctx, next) => {
  const given = ctx.env.trustProxy > 0 ? ctx.get('X-Request-Id') : '';
  const request = VALID.test(given) ? given : randomUUID();
  ctx.set('X-Request-Id', request);
  ctx.log = ctx.log.child({ request });
  return next();
};

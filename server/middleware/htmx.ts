import type { Middleware } from '../context.ts';

/** Turns the redirect of a form that htmx has sent into a real navigation, so that a screen reader announces the next title. */
export const htmx: Middleware = async (ctx, next) => {
  await next();
  if (ctx.get('HX-Request') !== 'true' || ctx.status !== 303) return;
  ctx.set('HX-Redirect', ctx.response.get('Location'));
  ctx.remove('Location');
  ctx.status = 200;
  ctx.body = '';
};

import type { Middleware } from '../context.ts';

/** Lets a form that htmx has sent go on to the next page as a real navigation, so that its title is announced. */
export const htmx: Middleware = async (ctx, next) => {
  await next();
  if (ctx.get('HX-Request') !== 'true' || ctx.status !== 303) return;
  ctx.set('HX-Redirect', ctx.response.get('Location'));
  ctx.remove('Location');
  ctx.status = 200;
  ctx.body = '';
};

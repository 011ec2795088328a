import type { Context } from '../context.ts';

/** Whether a script sent this request. A text browser is never taken for one: it accepts any type, and HTML comes first. */
export function wantsJson(ctx: Context): boolean {
  if (hookToken(ctx) !== undefined) return false;
  return (
    (isByToken(ctx) && !wantsText(ctx)) ||
    isFor(ctx, /^\/poll$|\.json$/i) ||
    ctx.is('json') === 'json' ||
    ctx.accepts('html', 'json') === 'json'
  );
}

/** Whether a program asks in place of a user. */
export const isByToken = (ctx: Context): boolean =>
  /^Bearer\b/i.test(ctx.get('Authorization')) || hookToken(ctx) !== undefined;

/** The token in the address of an incoming hook. Undefined for all other requests. */
export const hookToken = ({ method, path }: Context): string | undefined =>
  method === 'POST' ? /^\/hooks\/([^/]+)\/?$/i.exec(path)?.[1] : undefined;

/** Whether this address gives plain text or a feed, or is a hook: a refusal is plain text, too. */
export const wantsText = (ctx: Context): boolean => isFor(ctx, /\.(txt|atom)$|^\/hooks\//i);

const isFor = (ctx: Context, paths: RegExp): boolean => paths.test(ctx.path) && !/\/files\//.test(ctx.path);

/** Whether the user opened this page. False if a browser prefetches it, or a program asks. */
export function isUserNavigation(ctx: Context): boolean {
  return ctx.method === 'GET' && !isByToken(ctx) && !ctx.get('Sec-Purpose').includes('prefetch');
}

/** Whether this is the live view in the frame of a room's page: only its address has `after`. */
export function isFramed(ctx: Context): boolean {
  return /^\/rooms\/\d+\/live$/.test(ctx.path) && ctx.query.after !== undefined;
}

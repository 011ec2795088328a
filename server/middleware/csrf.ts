import { randomBytes, timingSafeEqual } from 'node:crypto';
import { cookieOptions } from '../../config/session.ts';
import type { Context, Middleware } from '../context.ts';
import { Forged } from './errors.ts';

/**
 * Refuses a post that did not come from a form of ours. The token stands in the session of whoever
 * is logged in, and in a cookie of its own for whoever is not. No header is needed, since text
 * browsers send neither Origin nor Sec-Fetch-Site; one that is there must be right.
 */
export const csrf: Middleware = async (ctx, next) => {
  if (!['GET', 'HEAD', 'OPTIONS'].includes(ctx.method)) {
    const given = ctx.get('X-CSRF-Token') || ctx.fields._csrf || '';
    const origin = ctx.get('Origin');
    if ((origin !== '' && !isOwnOrigin(origin, ctx.host, ctx.env.publicUrl)) || !equal(given, ctx.csrf)) {
      throw new Forged(
        'This page was open for too long, or you have logged in or out since. Nothing was changed: load it again, and send the form once more.',
      );
    }
  }
  await next();
};

/** Returns the token of this browser, and gives it one where it has none. */
export function csrfToken(ctx: Context): string {
  if (ctx.session?.csrf) return ctx.session.csrf;
  const { name, attributes } = cookieOptions(ctx.env.publicUrl?.protocol === 'https:');
  const kept = ctx.cookies.get(name('csrf'), attributes);
  if (kept) return kept;
  const token = freshToken();
  ctx.cookies.set(name('csrf'), token, attributes);
  return token;
}

export function freshToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Whether a page of ours has this origin, and not one of somebody else's. */
export function isOwnOrigin(origin: string, host: string, publicUrl: URL | undefined): boolean {
  if (publicUrl) return origin === publicUrl.origin;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function equal(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

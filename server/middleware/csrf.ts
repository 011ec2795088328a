import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from '../context.ts';
import { InvalidToken } from './errors.ts';
import { cookieOptions } from './session.ts';

/** So many different origins are logged: they are what clients send. */
const MOST_LOGGED = 20;
const LONGEST_ORIGIN = 100;

/** The end of mails: mail programs post there without a cookie (RFC 8058), and only the user's mails have the key in the address. */
export const BY_ITS_KEY = /^\/away\/stop\/[\w-]{32}$/;

/**
 * Refuses a post that does not come from a form of ours. The token is kept in the session, and before
 * log-in in a cookie of its own; pages contain it masked. Text browsers send neither Origin nor
 * Sec-Fetch-Site, so no header is required; but if there is an Origin, it must be ours.
 */
export function createCsrf(): Middleware {
  const logged = new Set<string>();
  return async (ctx, next) => {
    // A browser sends no token of a program by itself, so that needs no second one.
    if (!ctx.token && !['GET', 'HEAD', 'OPTIONS'].includes(ctx.method) && !BY_ITS_KEY.test(ctx.path)) {
      const origin = ctx.get('Origin');
      if (origin !== '' && !isOwnOrigin(origin, ctx.host, ctx.env.publicUrl)) {
        logOrigin(ctx, origin, logged);
        throw new InvalidToken('origin', originSentence(ctx, origin));
      }
      if (!isTokenOf(ctx.csrf, ctx.get('X-CSRF-Token') || ctx.fields._csrf || '')) throw tokenRefusal(ctx);
    }
    await next();
  };
}

/** Tells the operator what does not fit, once for each origin. */
function logOrigin({ log, host, env: { publicUrl } }: Context, origin: string, logged: Set<string>): void {
  const pair = `${origin} ${host}`;
  if (logged.has(pair) || logged.size >= MOST_LOGGED) return;
  logged.add(pair);
  log.warn(
    { origin, host, publicUrl: publicUrl?.origin },
    publicUrl
      ? 'a form was refused: its Origin is not PUBLIC_URL. If people use that address, set PUBLIC_URL to it'
      : 'a form was refused: its Origin does not fit the Host header. If a proxy in front changes Host, set PUBLIC_URL to the address that people use',
  );
}

function originSentence({ host, env: { publicUrl } }: Context, origin: string): string {
  const own = publicUrl?.origin ?? host;
  if (origin === 'null')
    return `Your browser does not say from which address this form comes, so it was refused. Nothing was changed. Open ${own}, and send the form from there; if that does not help, allow this site to see its own address in the privacy settings of your browser.`;
  return `This form comes from ${origin.slice(0, LONGEST_ORIGIN)}, but this Plainchat is at ${own}. Nothing was changed. Open ${own}, and send the form from there; if that is not possible, tell the people who run this Plainchat.`;
}

/** Which of the causes it is that the token does not fit. */
export function tokenRefusal(ctx: Context): InvalidToken {
  const { publicUrl } = ctx.env;
  const { name } = cookieOptions(publicUrl?.protocol === 'https:');
  const has = (cookie: string) => ctx.cookies.get(name(cookie), { signed: false }) !== undefined;
  const own = publicUrl ? `${publicUrl.origin}, and use that address` : 'this address';
  if (!has('sid') && !has('csrf'))
    return new InvalidToken(
      'cookies',
      `Your browser sent no cookie, and Plainchat needs one to know that the form is yours. Nothing was changed. Allow cookies for ${own}. Then load the page again, and send the form again.`,
    );
  if (has('sid') && !ctx.viewer)
    return new InvalidToken(
      'ended',
      'You have been logged out since you opened this page. Nothing was changed. Log in, and send the form again.',
    );
  if (ctx.viewer)
    return new InvalidToken(
      'session',
      'You have logged in again since you opened this page, perhaps under another name. Nothing was changed. Load the page again, then send the form again.',
    );
  return new InvalidToken(
    'old',
    'This page is too old: you have logged out or closed the browser since you opened it. Nothing was changed. Load the page again, then send the form again.',
  );
}

/** Returns this browser's token. Sets a cookie with a new one if it has none. */
export function csrfToken(ctx: Context): string {
  if (ctx.session?.csrf) return ctx.session.csrf;
  const kept = keptToken(ctx);
  if (kept) return kept;
  const { name, attributes } = optionsOf(ctx);
  const token = freshToken();
  ctx.cookies.set(name('csrf'), token, attributes);
  return token;
}

/** The token that this browser got before log-in; undefined if it sends none. */
export function keptToken(ctx: Context): string | undefined {
  const { name, attributes } = optionsOf(ctx);
  return ctx.cookies.get(name('csrf'), attributes);
}

const optionsOf = ({ env }: Context) => cookieOptions(env.publicUrl?.protocol === 'https:');

export function freshToken(): string {
  return randomBytes(24).toString('base64url');
}

/** Whether an Origin header is that of the address people use; without PUBLIC_URL, of the Host header. A default port is none. */
export function isOwnOrigin(origin: string, host: string, publicUrl: URL | undefined): boolean {
  const given = URL.parse(origin);
  if (publicUrl) return given?.origin === publicUrl.origin;
  return given !== null && URL.parse(`${given.protocol}//${host}`)?.host === given.host;
}

/**
 * Masks a token with random bytes, so that it differs on each page. A token that stays the same could be
 * found from the lengths of compressed pages (BREACH).
 * @returns base64url of the mask, and of the token xor the mask
 */
export function maskedToken(token: string, mask = randomBytes(Buffer.byteLength(token))): string {
  const masked = Buffer.from(token).map((byte, index) => byte ^ mask[index]!);
  return Buffer.concat([mask, masked]).toString('base64url');
}

/** Whether `given` is the token, or the token masked as `maskedToken` writes it. Compares in constant time. */
export function isTokenOf(token: string, given: string): boolean {
  const mask = Buffer.from(given, 'base64url').subarray(0, Buffer.byteLength(token));
  return isEqual(given, token) || isEqual(given, maskedToken(token, mask));
}

function isEqual(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

import type { Context, Middleware } from '../context.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const YEAR_SECONDS = 31_536_000;

/** Restricts what our pages may load and do, and forbids other sites to embed or read them. */
export const securityHeaders: Middleware = async (ctx, next) => {
  ctx.set({
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache', // lynx and ELinks understand only this, and would show an outdated page without it
  });
  if (ctx.env.publicUrl?.protocol === 'https:') {
    ctx.set('Strict-Transport-Security', `max-age=${YEAR_SECONDS}`);
    ctx.cookies.secure = true; // the proxy in front terminates https and speaks http to us
  }
  await next();
};

/** Lets this page contain another page of ours in a frame. */
export function allowFrames(ctx: Context): void {
  ctx.set('Content-Security-Policy', `${POLICY}; frame-src 'self'`);
}

/** Lets another page of ours contain this page in a frame. */
export function allowFraming(ctx: Context): void {
  ctx.set('Content-Security-Policy', POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'"));
}

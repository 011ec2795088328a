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

/** Tells the browser what a page of ours may do, which is little, and that it is nobody else's. */
export const headers: Middleware = async (ctx, next) => {
  ctx.set({
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache', // lynx and elinks heed no other word, and would show the page of a while ago
  });
  if (ctx.env.publicUrl?.protocol === 'https:') {
    ctx.set('Strict-Transport-Security', `max-age=${YEAR_SECONDS}`);
    ctx.cookies.secure = true; // the proxy in front speaks https, though it speaks http to us
  }
  await next();
};

/** Lets this page have another page of ours in a frame. */
export function framing(ctx: Context): void {
  ctx.set('Content-Security-Policy', `${POLICY}; frame-src 'self'`);
}

/** Lets this page stand in a frame of another page of ours. */
export function framed(ctx: Context): void {
  ctx.set('Content-Security-Policy', POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'"));
}

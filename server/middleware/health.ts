import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from '../context.ts';

/** The addresses for monitoring. They need no session, and begin none. */
export const health: Middleware = async (ctx, next) => {
  const answer = ANSWERS[ctx.path];
  return answer ? answer(ctx, next) : next();
};

const ANSWERS: Record<string, Middleware> = {
  /** The server runs. */
  '/healthz': (ctx) => void (ctx.body = { status: 'ok' }),
  /** The server runs, and reaches its database. */
  '/readyz': async (ctx) => {
    const isReady = await ctx.em.execute('select 1').then(
      () => true,
      () => false,
    );
    ctx.status = isReady ? 200 : 503;
    ctx.body = { status: isReady ? 'ready' : 'no database' };
  },
  /** Metrics for Prometheus. Without the right token, 404. */
  '/metrics': async (ctx, next) => {
    if (!ctx.metrics || !isTokenRight(ctx)) return next();
    const { type, text } = await ctx.metrics.text();
    ctx.type = type;
    ctx.body = text;
  },
};

function isTokenRight(ctx: Context): boolean {
  const [given, wanted] = [ctx.get('Authorization'), `Bearer ${ctx.env.metricsToken}`].map((text) =>
    createHash('sha256').update(text).digest(),
  );
  return timingSafeEqual(given!, wanted!);
}

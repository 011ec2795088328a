import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from '../context.ts';

/** For whoever watches over the server; it needs no session and makes none. */
export const health: Middleware = async (ctx, next) => {
  const answer = ANSWERS[ctx.path];
  return answer ? answer(ctx, next) : next();
};

const ANSWERS: Record<string, Middleware> = {
  /** It is up. */
  '/healthz': (ctx) => void (ctx.body = { status: 'ok' }),
  /** It is up, and so is its database. */
  '/readyz': async (ctx) => {
    const isReady = await ctx.em.execute('select 1').then(
      () => true,
      () => false,
    );
    ctx.status = isReady ? 200 : 503;
    ctx.body = { status: isReady ? 'ready' : 'no database' };
  },
  /** What Prometheus is told, where its token is set; for everybody else there is no such page. */
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

import type { Middleware } from '../context.ts';
import { encodingFor } from '../live/compression.ts';
import type { Assets } from '../view/assets.ts';

/** Answers requests for static files, and passes all others on. */
export function staticFiles(assets: Assets): Middleware {
  return async (ctx, next) => {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? assets.at(ctx.path) : undefined;
    if (!asset) return next();
    const encoding = encodingFor(ctx.get('Accept-Encoding'));
    ctx.remove('Pragma');
    ctx.set({ 'Cache-Control': 'public, max-age=31536000, immutable', Vary: 'Accept-Encoding' });
    if (encoding) ctx.set('Content-Encoding', encoding);
    ctx.response.type = asset.type;
    ctx.body = asset.bodies[encoding ?? 'identity'];
  };
}

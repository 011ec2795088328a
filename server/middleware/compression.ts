import type { Context, Middleware } from '../context.ts';
import { compressAny, encodingFor, SMALLEST_BYTES } from '../live/compression.ts';

const TEXT = /^(text\/|application\/(.+\+)?(json|xml)$)/;

/**
 * Compresses pages and JSON for clients that accept it. Leaves alone what has a `Content-Encoding` already,
 * streams, and answers that say `no-transform`. An answer with an ETag needs a weak one.
 */
export const compression: Middleware = async (ctx, next) => {
  await next();
  const text = mayCompress(ctx) ? textOf(ctx.body) : undefined;
  if (text === undefined || Buffer.byteLength(text) < SMALLEST_BYTES) return;
  ctx.vary('Accept-Encoding');
  const encoding = encodingFor(ctx.get('Accept-Encoding'));
  if (!encoding) return;
  ctx.set('Content-Encoding', encoding);
  ctx.body = await compressAny(Buffer.isBuffer(text) ? text : Buffer.from(text), encoding);
};

const mayCompress = ({ response }: Context): boolean =>
  TEXT.test(response.type) &&
  !response.get('Content-Encoding') &&
  !/\bno-transform\b/.test(response.get('Cache-Control'));

/** Returns undefined for a stream, and for no body. */
function textOf(body: unknown): string | Buffer | undefined {
  if (Buffer.isBuffer(body) || typeof body === 'string') return body;
  const isJson = (body as object | null)?.constructor === Object;
  return isJson ? JSON.stringify(body) : undefined;
}

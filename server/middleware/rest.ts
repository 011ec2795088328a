import type { Context, Middleware } from '../context.ts';
import { cookieOptions } from './session.ts';

/** After an answer, this much more of a request is read and dropped: a browser shows no answer if the connection closes while it sends. */
const LARGEST_REST_BYTES = 64 * 1024 * 1024;
/** The same from a client that is not logged in, and for how long. */
const STRANGERS_REST_BYTES = 1024 * 1024;
const STRANGERS_REST_MS = 2000;
/** A client that has sent too much gets this long to take its answer: a connection that closes at once can lose it on its way. */
const TAKE_MS = 250;

/** Ends what is still to come of a request that has its answer: nobody may send without end. */
export const rest: Middleware = async (ctx, next) => {
  try {
    await next();
  } finally {
    if (!ctx.req.complete) drain(ctx);
  }
};

function drain(ctx: Context): void {
  const { req, res } = ctx;
  const isStranger = !ctx.viewer && !hasSession(ctx);
  const largest = isStranger ? STRANGERS_REST_BYTES : LARGEST_REST_BYTES;
  let bytes = 0;
  req.unpipe();
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= largest || req.isPaused()) return;
    req.pause();
    setTimeout(() => req.destroy(), TAKE_MS).unref();
  });
  req.resume(); // without its pipe the request is paused, and would block the connection
  if (!isStranger) return;
  res.once('finish', () => {
    const end = setTimeout(() => req.complete || req.destroy(), STRANGERS_REST_MS);
    req.once('close', () => clearTimeout(end));
  });
}

/** Whether the client sends a session cookie that we have signed. While the database is away, that is all that is known. */
function hasSession({ cookies, env }: Context): boolean {
  const { name, attributes } = cookieOptions(env.publicUrl?.protocol === 'https:');
  return cookies.get(name('sid'), attributes) !== undefined;
}

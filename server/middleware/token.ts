import { Forbidden, NotFound, Unauthenticated } from '../chat/errors.ts';
import { findToken, type GivenToken } from '../chat/token.ts';
import type { Context, Middleware } from '../context.ts';
import { hookToken, isByToken } from './request.ts';

/** What a token serves: what has a shape for programs, and posting. */
const READS =
  /^\/(poll|rooms\/\d+\/entries|(search|waiting|rooms\/\d+(\/(search|transcript|messages\/\d+))?)\.(txt|json|atom))$/i;
const WRITES = /^\/(rooms\/\d+\/messages|hooks\/[^/]+\/?)$/i;

/**
 * Sets `ctx.token` from the address of a hook, or from `Authorization: Bearer`.
 * @throws NotFound, Unauthenticated, and Forbidden for what the token does not serve
 */
export const token: Middleware = async (ctx, next) => {
  if (!isByToken(ctx) || ctx.path === '/metrics') return next(); // metrics have a token of their own
  const hook = hookToken(ctx);
  const [, text = ''] = /^Bearer +(\S+)$/i.exec(ctx.get('Authorization')) ?? [];
  const found = await findToken(() => ctx.em, ctx.reader, hook ?? text, ctx.now);
  if (!found && hook !== undefined)
    throw new NotFound(
      'The token in this address has ended, or there is none like it. Make a new one in your settings.',
    );
  if (!found) {
    ctx.set('WWW-Authenticate', 'Bearer');
    throw new Unauthenticated(
      'This token has ended, or there is none like it. Make a new one in your settings.',
    );
  }
  ctx.token = found;
  refuseOthers(ctx, found);
  await next();
};

function refuseOthers(ctx: Context, { room, writes }: GivenToken): void {
  const isPost = ctx.method === 'POST';
  const isServed = isPost
    ? WRITES.test(ctx.path)
    : ['GET', 'HEAD'].includes(ctx.method) && READS.test(ctx.path);
  if (!isServed)
    throw new Forbidden('A token works only for posting and for what programs read. Use a browser for this.');
  if (isPost && !writes) throw new Forbidden('This token may only read. Make one that may write, too.');
  const [, asked = ctx.query.room ?? room] = /^\/rooms\/(\d+)/i.exec(ctx.path) ?? [];
  if (room !== null && String(asked) !== String(room))
    throw new Forbidden('This token is for another room. Make one for this room, or for all of yours.');
}

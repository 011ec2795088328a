import { Unreachable } from '../chat/errors.ts';
import type { Context, Middleware } from '../context.ts';
import { isUnreachable } from '../database/unreachable.ts';
import { body } from './body.ts';

/** Tells of a database that cannot be reached as what it is, and reads what was sent, so that the page can give it back. */
export const outage: Middleware = async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    ctx.log.error(`the database cannot be reached: ${(error as Error).message.split('\n')[0]}`);
    if (!ctx.fields) await kept(ctx);
    throw new Unreachable();
  }
};

/** Reads what was sent; what is wrong with it is no matter now. */
async function kept(ctx: Context): Promise<void> {
  try {
    await body(ctx, async () => {});
  } catch { /* the page comes without it */ }
}

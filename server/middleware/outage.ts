import { Unreachable } from '../chat/errors.ts';
import type { Context, Middleware } from '../context.ts';
import { isUnreachable } from '../database/unreachable.ts';
import { body } from './body.ts';

/** Tells of a database that cannot be reached as what it is, and reads what was sent, so that the page can give it back. */
export const outage: Middleware = (ctx, next) =>
  reaching(ctx, next, async () => {
    if (!ctx.fields) await kept(ctx);
  });

/** Does something with the database. @throws Unreachable, after the `last` that is still to be done, where it cannot be reached */
export async function reaching<T>(
  { log }: Pick<Context, 'log'>,
  work: () => Promise<T>,
  last = async () => {},
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    log.error(`the database cannot be reached: ${(error as Error).message.split('\n')[0]}`);
    await last();
    throw new Unreachable();
  }
}

/** Reads what was sent; what is wrong with it is no matter now. */
async function kept(ctx: Context): Promise<void> {
  try {
    await body(ctx, async () => {});
  } catch {
    /* the page comes without it */
  }
}

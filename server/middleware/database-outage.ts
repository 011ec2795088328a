import { DatabaseUnreachable } from '../chat/errors.ts';
import type { Context, Middleware } from '../context.ts';
import { isUnreachable } from '../database/errors.ts';
import { body } from './body.ts';

/** Turns errors of an unreachable database into DatabaseUnreachable. It reads the body if that is unread, so that the page can show the text again. */
export const databaseOutage: Middleware = (ctx, next) =>
  translatingOutages(ctx, next, async () => {
    if (!ctx.fields) await readBody(ctx);
  });

/** @throws DatabaseUnreachable, after calling `beforeThrow`, if `work` cannot reach the database */
export async function translatingOutages<T>(
  { log, database }: Pick<Context, 'log' | 'database'>,
  work: () => Promise<T>,
  beforeThrow = async () => {},
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    if (database().isUp)
      log.error(`the database cannot be reached: ${(error as Error).message.split('\n')[0]}`);
    await beforeThrow();
    throw new DatabaseUnreachable();
  }
}

/** Reads the body, and ignores a problem with it: the outage is the one to report. */
async function readBody(ctx: Context): Promise<void> {
  try {
    await body(ctx, async () => {});
  } catch {
    /* the page shows no text */
  }
}

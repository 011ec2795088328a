import { LockWaitTimeoutException, MikroORM } from '@mikro-orm/sql';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { databaseOptions, isPostgres, type DatabaseSettings } from './options.ts';
import { areTriggersInstalled } from './postgresql-triggers.ts';
import type { Announce } from './upgrade.ts';
import { pendingMigrations } from './version.ts';

/** How often to try again if another process creates the same file, and the longest pause between two tries. */
const TRIES = 50;
const MOST_PAUSE_MS = 100;

/** For the operator whose DATABASE_URL cannot do all that the server needs. */
export const POOLER =
  'DATABASE_URL is the address of a pooler, as PgBouncer, that does not give each client a connection of its own. Set LISTEN_URL to the address of the same database without the pooler, as postgres://user:password@host/database: the server listens there for what other servers change.';

/**
 * Opens a database, creates an SQLite file if there is none, and upgrades the schema.
 * @param where `postgres://…`, or the path of an SQLite file, or `:memory:`
 * @param announce receives a sentence for the operator if the data is of an earlier version
 */
export async function openDatabase(
  where: string,
  announce?: Announce,
  options?: DatabaseSettings,
): Promise<MikroORM> {
  for (let tries = 1; ; tries += 1) {
    const orm = new MikroORM(databaseOptions(where, options));
    try {
      await bringUpToDate(orm, where, announce);
      return orm;
    } catch (error) {
      await orm.close();
      if (/unsupported startup parameter/.test((error as Error).message))
        throw new Error(POOLER, { cause: error });
      if (tries === TRIES || !isRace(error)) throw error;
    }
    await pause(MOST_PAUSE_MS * Math.random());
  }
}

/** Loads what upgrades only if there is something to upgrade. */
async function bringUpToDate(orm: MikroORM, where: string, announce?: Announce): Promise<void> {
  const pending = await pendingMigrations(orm);
  if (isPostgres(where)) {
    if (pending.length === 0 && (await areTriggersInstalled(orm.em.fork()))) return;
    const { upgradePostgres } = await import('./postgresql-upgrade.ts');
    await upgradePostgres(orm, announce);
  } else if (pending.length > 0) {
    const { upgrade } = await import('./upgrade.ts');
    await upgrade(orm, where, announce);
  }
}

/**
 * Whether another process is creating or recovering the same file: it holds the lock, or has created a table
 * since we looked. Each start does all of it or nothing, so the second one can simply try again.
 */
function isRace(error: unknown): boolean {
  return (
    error instanceof LockWaitTimeoutException ||
    (error instanceof Error && / already exists$|^database is locked$/m.test(error.message))
  ); // the migrator, for its own table, and the thread, while it opens the file, throw a plain Error
}

/** Opens a database for a command. @throws Error with a sentence if the database is missing or not up to date: only the server creates and upgrades it */
export async function openForCommand(where: string, options?: DatabaseSettings): Promise<MikroORM> {
  if (!isPostgres(where) && !existsSync(where))
    throw new Error(
      `There is no database at ${where}. Set CHAT_DB to the path of the one that the server uses.`,
    );
  const orm = new MikroORM(databaseOptions(where, options));
  try {
    const pending = await pendingMigrations(orm);
    if (pending.length > 0)
      throw new Error(
        `The database at ${withoutPassword(where)} is of an earlier version. Start the server once: it upgrades the database.`,
      );
    return orm;
  } catch (error) {
    await orm.close();
    throw error;
  }
}

const withoutPassword = (where: string): string => where.replace(/\/\/[^/]*@/, '//');

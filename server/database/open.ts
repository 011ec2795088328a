import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LockWaitTimeoutException, MikroORM } from '@mikro-orm/sql';
import { databaseOptions } from '../../config/database.ts';
import { isPostgres, migratePostgres } from './postgresql.ts';
import { refuseLater, upgrade, type Tell } from './upgrade.ts';

/** A first start on a file looks so often again, and after so long at most, in milliseconds. */
const TRIES = 50;
const PAUSE_MS = 100;

/**
 * Opens a database, makes it where there is none, and brings its schema up to date.
 * @param where `postgres://…`, or the path of an SQLite file, or `:memory:`
 * @param tell is told where data of an earlier version was brought up to date, and where a copy of it is
 */
export async function openDatabase(where: string, tell?: Tell): Promise<MikroORM> {
  for (let tries = 1; ; tries += 1) {
    const orm = await MikroORM.init(databaseOptions(where));
    try {
      await (isPostgres(where) ? migratePostgres(orm, tell) : upgrade(orm, where, tell));
      return orm;
    } catch (error) {
      await orm.close();
      if (tries === TRIES || !isRace(error)) throw error;
    }
    await pause(PAUSE_MS * Math.random());
  }
}

/**
 * Whether another process makes the same file: it is locked, or there is a table that was not there
 * when we looked. A start does all or nothing, so whoever comes second looks again.
 */
function isRace(error: unknown): boolean {
  return (
    error instanceof LockWaitTimeoutException ||
    (error instanceof Error && / already exists$/m.test(error.message))
  ); // the migrator's own table comes as a bare Error
}

/** Opens a database that is there and up to date. @throws Error with a sentence where it is not: only the server makes and upgrades one */
export async function openForCommand(where: string): Promise<MikroORM> {
  if (!isPostgres(where) && !existsSync(where))
    throw new Error(
      `There is no database at ${where}. Set CHAT_DB to the path of the one that the server uses.`,
    );
  const orm = await MikroORM.init(databaseOptions(where));
  try {
    await refuseLater(orm);
    const pending = await orm.migrator.getPending();
    if (pending.length > 0)
      throw new Error(
        `The database at ${withoutPassword(where)} is that of an earlier version. Start the server of this version once, which brings it up to date.`,
      );
    return orm;
  } catch (error) {
    await orm.close();
    throw error;
  }
}

const withoutPassword = (where: string): string => where.replace(/\/\/[^/]*@/, '//');

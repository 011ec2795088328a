import { existsSync } from 'node:fs';
import type { MikroORM } from '@mikro-orm/sql';
import { databaseOptions } from '../../config/database.ts';
import { connectPostgres, isPostgres, openPostgres } from './postgresql.ts';
import { connectSqlite, openSqlite } from './sqlite.ts';

/**
 * Opens a database, makes it where there is none, and brings its schema up to date.
 * @param where `postgres://…`, or the path of an SQLite file, or `:memory:`
 */
export async function openDatabase(where: string): Promise<MikroORM> {
  return isPostgres(where) ? openPostgres(databaseOptions(where)) : openSqlite(databaseOptions(where));
}

/** Opens a database that is there and up to date. @throws Error with a sentence where it is not: only the server makes and upgrades one */
export async function openForCommand(where: string): Promise<MikroORM> {
  if (!isPostgres(where) && !existsSync(where)) throw new Error(`There is no database at ${where}. Set CHAT_DB to the path of the one that the server uses.`);
  const orm = await (isPostgres(where) ? connectPostgres : connectSqlite)(databaseOptions(where));
  const pending = await orm.migrator.getPending();
  if (pending.length === 0) return orm;
  await orm.close();
  throw new Error(`The database at ${nameOf(where)} is that of an earlier version. Start the server of this version once, which brings it up to date.`);
}

/** The address without what is nobody's to read. */
function nameOf(where: string): string {
  return where.replace(/\/\/[^/]*@/, '//');
}

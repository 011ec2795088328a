import type { MikroORM } from '@mikro-orm/sql';
import { databaseOptions } from '../../config/database.ts';
import { isPostgres, openPostgres } from './postgresql.ts';
import { openSqlite } from './sqlite.ts';

/**
 * Opens a database, makes it where there is none, and brings its schema up to date.
 * @param where `postgres://…`, or the path of an SQLite file, or `:memory:`
 */
export async function openDatabase(where: string): Promise<MikroORM> {
  return isPostgres(where) ? openPostgres(databaseOptions(where)) : openSqlite(databaseOptions(where));
}

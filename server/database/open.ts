import { MikroORM } from '@mikro-orm/sqlite';
import { databaseOptions } from '../../config/database.ts';

/** Opens the database, makes it where there is none, and brings its schema up to date. */
export async function openDatabase(path: string): Promise<MikroORM> {
  const orm = await MikroORM.init(databaseOptions(path));
  await orm.migrator.up();
  return orm;
}

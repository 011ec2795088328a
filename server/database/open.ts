import { existsSync } from 'node:fs';
import { MikroORM } from '@mikro-orm/sqlite';
import { databaseOptions } from '../../config/database.ts';
import { refuseLater, upgrade } from './upgrade.ts';

/** Opens the database, makes it where there is none, and brings its schema up to date. */
export async function openDatabase(path: string): Promise<MikroORM> {
  const orm = await MikroORM.init(databaseOptions(path));
  try {
    await upgrade(orm, path);
    return orm;
  } catch (error) {
    await orm.close();
    throw error;
  }
}

/** Opens a database that is there and up to date. @throws Error with a sentence where it is not: only the server makes and upgrades one */
export async function openForCommand(path: string): Promise<MikroORM> {
  if (!existsSync(path)) throw new Error(`There is no database at ${path}. Set CHAT_DB to the path of the one that the server uses.`);
  const orm = await MikroORM.init(databaseOptions(path));
  try {
    await refuseLater(orm, path);
    const pending = await orm.migrator.getPending();
    if (pending.length > 0) throw new Error(`The database at ${path} is that of an earlier version. Start the server of this version once, which brings it up to date.`);
    return orm;
  } catch (error) {
    await orm.close();
    throw error;
  }
}

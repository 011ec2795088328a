import { MikroORM } from '@mikro-orm/sqlite';
import { databaseOptions } from '../../config/database.ts';

/**
 * What makes an answer a promise: a commit is on the disk before it is answered (`full`), readers
 * do not wait for a writer (`wal`), and a second process is waited for, in milliseconds.
 */
const PRAGMAS = ['journal_mode = wal', 'synchronous = full', 'busy_timeout = 5000', 'foreign_keys = on'];

/** Opens the database, makes it where there is none, and brings its schema up to date. */
export async function openDatabase(path: string): Promise<MikroORM> {
  const orm = await MikroORM.init(databaseOptions(path));
  for (const pragma of PRAGMAS) await orm.em.execute(`pragma ${pragma}`);
  await orm.migrator.up();
  return orm;
}

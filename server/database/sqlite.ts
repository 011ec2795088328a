import { setTimeout as pause } from 'node:timers/promises';
import { LockWaitTimeoutException, MikroORM, TableExistsException, type Options } from '@mikro-orm/sql';
import { SqliteDriver } from '@mikro-orm/sqlite';

/**
 * What makes an answer a promise: a commit is on the disk before it is answered (`full`), readers
 * do not wait for a writer (`wal`), and a second process is waited for, in milliseconds.
 */
const PRAGMAS = ['busy_timeout = 5000', 'journal_mode = wal', 'synchronous = full', 'foreign_keys = on'];
/** A first start looks so often again, and after so long at most, in milliseconds. */
const TRIES = 50;
const PAUSE_MS = 100;

export const sqliteOptions = (path: string): Options => ({ driver: SqliteDriver, dbName: path });

/**
 * Opens a file, makes it where there is none, and brings its schema up to date. Of two first starts
 * at once one finds the file locked, or a table there that was not there when it looked. All of a
 * start is done or nothing of it, so that one looks again.
 */
export async function openSqlite(options: Options): Promise<MikroORM> {
  for (let tries = 1; ; tries += 1) {
    let orm: MikroORM | undefined;
    try {
      orm = await connectSqlite(options);
      await orm.migrator.up();
      return orm;
    } catch (error) {
      await orm?.close();
      const isRace = error instanceof LockWaitTimeoutException || error instanceof TableExistsException;
      if (!isRace || tries === TRIES) throw error;
    }
    await pause(PAUSE_MS * Math.random());
  }
}

/** Opens a file as it is. */
export async function connectSqlite(options: Options): Promise<MikroORM> {
  const orm = await MikroORM.init(options);
  for (const pragma of PRAGMAS) await orm.em.execute(`pragma ${pragma}`);
  return orm;
}

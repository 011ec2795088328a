import type { Migrator } from '@mikro-orm/migrations';
import type { MikroORM, SqlEntityManager } from '@mikro-orm/sql';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { tellingOfAccounts } from './account-keys.ts';
import { migratorOf } from './migrator.ts';
import { SqliteFile } from './sqlite.ts';

/** Receives a sentence for the operator. */
export type Announce = (sentence: string) => void;

/**
 * Upgrades the schema of an SQLite database. If the file is of an earlier version, it is copied first, to
 * `chat.db.before-0012` for instance. All migrations run in one transaction. If several servers start at
 * the same time, one upgrades and the others wait.
 * @throws Error with a sentence if a migration fails
 */
export async function upgrade(
  orm: MikroORM,
  path: string,
  announce: Announce = () => {},
  migrator: Migrator = migratorOf(orm),
): Promise<void> {
  const file = orm.config.get('driverOptions');
  if (!(file instanceof SqliteFile)) return void (await migrator.up()); // in memory: no other process opens it
  await migrator.getPending(); // creates the migrator's own table, before the transaction
  const copy = await orm.em.fork().transactional(async (em) => {
    await em.execute('update mikro_orm_migrations set name = name where false'); // takes the write lock
    const pending = await migrator.getPending();
    if (pending.length === 0) return undefined;
    const isNew = (await migrator.getExecuted()).length === 0;
    const copy = isNew ? undefined : freeName(`${path}.before-${numberOf(pending.at(-1)!.name)}`);
    if (copy) copyWhole(file, copy);
    try {
      const run = () => migrator.up({ transaction: em.getTransactionContext() });
      await (isNew ? run() : tellingOfAccounts(em as SqlEntityManager, announce, run));
    } catch (error) {
      if (!copy) throw error;
      throw new Error(
        `The upgrade of ${path} failed. The file is unchanged, and a copy of it is ${copy}. Start the version of Plainchat that you had, and report this error: ${(error as Error).message}`,
        { cause: error },
      );
    }
    return copy;
  });
  if (!copy) return;
  announce(`The data was upgraded. A copy from before the upgrade is ${copy}.`);
  const removed = removeOldCopies(path);
  if (removed.length > 0)
    announce(`The latest ${KEPT_COPIES} copies are kept. Removed: ${removed.join(', ')}.`);
}

/** How many copies from before upgrades are kept. */
const KEPT_COPIES = 2;

/** Copies the committed data over another connection, in spite of our lock. A copy with the name `to` is whole. */
function copyWhole(file: SqliteFile, to: string): void {
  const part = `${to}.part`;
  rmSync(part, { force: true }); // of an upgrade that was interrupted
  file.reader.prepare('vacuum into ?').run(part);
  const copy = openSync(part, 'r+');
  fsyncSync(copy);
  closeSync(copy);
  renameSync(part, to);
}

/** Removes all but the latest copies from before upgrades. Returns their paths. */
function removeOldCopies(path: string): string[] {
  const beginning = `${basename(path)}.before-`;
  const old = readdirSync(dirname(path))
    .filter((name) => name.startsWith(beginning) && /^\d{4}(-\d+)?$/.test(name.slice(beginning.length)))
    .map((name) => join(dirname(path), name))
    .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)
    .slice(KEPT_COPIES);
  for (const copy of old) rmSync(copy, { force: true });
  return old;
}

const numberOf = (migration: string): string => migration.slice(0, 4);

/** Appends a number to the name if a file has that name already: a copy overwrites nothing. */
function freeName(name: string): string {
  let free = name;
  for (let number = 2; existsSync(free); number += 1) free = `${name}-${number}`;
  return free;
}

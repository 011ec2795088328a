import { existsSync } from 'node:fs';
import type { MikroORM } from '@mikro-orm/sql';

/**
 * Brings a file up to date. Of one that is of an earlier version a copy is made first, as
 * `chat.db.before-0012`. All migrations are one transaction: they are done or none of them is.
 * @throws Error with a sentence where the file is of a later version, or a migration fails
 */
export async function upgrade(orm: MikroORM, path: string): Promise<void> {
  await refuseLater(orm);
  const pending = await orm.migrator.getPending();
  if (pending.length === 0) return;
  const isNew = (await orm.migrator.getExecuted()).length === 0;
  const copy = isNew || path === ':memory:' ? undefined : freeName(`${path}.before-${numberOf(pending.at(-1)!.name)}`);
  if (copy) await orm.em.fork().execute('vacuum into ?', [copy]);
  try {
    await orm.migrator.up();
  } catch (error) {
    if (!copy) throw error;
    throw new Error(`${path} could not be brought up to date, and is as it was; a copy of it is ${copy}. Go on with the version of Plainchat that you had, and report this: ${(error as Error).message}`, { cause: error });
  }
}

/** Makes sure that no later version has changed the file already. @throws Error with a sentence where one has */
export async function refuseLater(orm: MikroORM): Promise<void> {
  const known = new Set(orm.config.get('migrations').migrationsList?.map((migration) => ('name' in migration ? migration.name : '')));
  const later = (await orm.migrator.getExecuted()).find(({ name }) => !known.has(name));
  if (later) throw new Error(`The data is of a later version of Plainchat, which knows ${later.name}. Run that version, or restore a copy that was made before.`);
}

const numberOf = (migration: string): string => migration.slice(0, 4);

/** The name, or with a number the first that no file has: a copy is written over nothing. */
function freeName(name: string): string {
  let free = name;
  for (let number = 2; existsSync(free); number += 1) free = `${name}-${number}`;
  return free;
}

import { existsSync } from 'node:fs';
import type { MikroORM } from '@mikro-orm/sql';
import { SqliteFile } from './sqlite.ts';

/** Takes a sentence about what was done, for whoever runs the server. */
export type Tell = (sentence: string) => void;

/**
 * Brings a file up to date. Of one that is of an earlier version a copy is made first, as
 * `chat.db.before-0012`. All migrations are one transaction: they are done or none of them is.
 * Of several servers that are started at once one does it, and the others wait for that.
 * @throws Error with a sentence where the file is of a later version, or a migration fails
 */
export async function upgrade(orm: MikroORM, path: string, tell: Tell = () => {}): Promise<void> {
  await refuseLater(orm);
  if ((await orm.migrator.getPending()).length === 0) return;
  const file = orm.config.get('driverOptions');
  if (!(file instanceof SqliteFile)) return void (await orm.migrator.up()); // in memory, which nobody else opens
  const copy = await orm.em.fork().transactional(async (em) => {
    await em.execute('update mikro_orm_migrations set name = name where false'); // nobody else writes from now on
    const pending = await orm.migrator.getPending();
    if (pending.length === 0) return undefined;
    const isNew = (await orm.migrator.getExecuted()).length === 0;
    const copy = isNew ? undefined : freeName(`${path}.before-${numberOf(pending.at(-1)!.name)}`);
    if (copy) file.reader.prepare('vacuum into ?').run(copy); // which reads what is committed, beside our lock
    try {
      await orm.migrator.up({ transaction: em.getTransactionContext() });
    } catch (error) {
      if (!copy) throw error;
      throw new Error(
        `${path} could not be brought up to date, and is as it was; a copy of it is ${copy}. Go on with the version of Plainchat that you had, and report this: ${(error as Error).message}`,
        { cause: error },
      );
    }
    return copy;
  });
  if (copy) tell(`The data was brought up to date. As it was before, it is in ${copy}.`);
}

/** Makes sure that no later version has changed the file already. @throws Error with a sentence where one has */
export async function refuseLater(orm: MikroORM): Promise<void> {
  const known = new Set(
    orm.config
      .get('migrations')
      .migrationsList?.map((migration) => ('name' in migration ? migration.name : '')),
  );
  const later = (await orm.migrator.getExecuted()).find(({ name }) => !known.has(name));
  if (later)
    throw new Error(
      `The data is of a later version of Plainchat, which knows ${later.name}. Run that version, or restore a copy that was made before.`,
    );
}

const numberOf = (migration: string): string => migration.slice(0, 4);

/** The name, or with a number the first that no file has: a copy is written over nothing. */
function freeName(name: string): string {
  let free = name;
  for (let number = 2; existsSync(free); number += 1) free = `${name}-${number}`;
  return free;
}

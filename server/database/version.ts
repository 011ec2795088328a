import { type MikroORM, TableNotFoundException } from '@mikro-orm/sql';
import { readdirSync } from 'node:fs';

/**
 * Returns the names of the migrations that the database still needs, in order. One query, and no migration
 * is loaded: nearly every start finds an up-to-date database.
 * @throws Error with a sentence if a later version of Plainchat has upgraded the database already
 */
export async function pendingMigrations(orm: MikroORM): Promise<string[]> {
  const executed = await executedMigrations(orm);
  const later = executed.find((name) => !ownMigrations.includes(name));
  if (later)
    throw new Error(
      `The data is of a later version of Plainchat, with the migration ${later}. Run that version, or restore a copy from before the upgrade.`,
    );
  return ownMigrations.filter((name) => !executed.includes(name));
}

/** The names of this version's migrations: `0001-first-tables` and so on. */
const ownMigrations = readdirSync(new URL('migrations/', import.meta.url))
  .filter((file) => /^\d/.test(file))
  .map((file) => file.replace(/\.ts$/, ''))
  .toSorted();

async function executedMigrations(orm: MikroORM): Promise<string[]> {
  try {
    const rows = await orm.em
      .fork()
      .execute<{ name: string }[]>('select name from mikro_orm_migrations order by id');
    return rows.map(({ name }) => name);
  } catch (error) {
    if (error instanceof TableNotFoundException) return []; // a new database
    throw error;
  }
}

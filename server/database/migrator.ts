import { Migrator } from '@mikro-orm/migrations';
import type { MigrationObject, MikroORM } from '@mikro-orm/sql';
import { migrations } from './migrations/index.ts';
import { isPostgres } from './options.ts';
import { inPostgres } from './postgresql-migrations.ts';

/** Returns the migrator of a database, with all migrations. Import this file only to migrate: it loads them and the package. */
export function migratorOf(orm: MikroORM, list: MigrationObject[] = migrations): Migrator {
  const isInPostgres = isPostgres(orm.config.get('clientUrl') ?? '');
  orm.config.set('migrations', {
    ...orm.config.get('migrations'),
    migrationsList: isInPostgres ? inPostgres(list) : list,
    snapshot: false,
    silent: true,
  });
  return new Migrator(orm.em);
}

import type { MikroORM } from '@mikro-orm/sql';
import { tellingOfAccounts } from './account-keys.ts';
import { migratorOf } from './migrator.ts';
import { installTriggers } from './postgresql-triggers.ts';
import type { Announce } from './upgrade.ts';
import { pendingMigrations } from './version.ts';

/** The key of the lock under which a process upgrades the schema. Any number, the same in every process. */
const MIGRATION_LOCK = 7_526_101;
const TIMEOUTS = ['statement_timeout', 'idle_in_transaction_session_timeout'];

/**
 * Upgrades the schema and installs the triggers. Processes that start at the same time do it one after the other.
 * @throws Error with a sentence if the database is of a later version
 */
export async function upgradePostgres(orm: MikroORM, announce: Announce = () => {}): Promise<void> {
  const migrator = migratorOf(orm);
  await orm.em.fork().transactional(async (em) => {
    for (const name of TIMEOUTS) await em.execute(`set local ${name} = 0`); // a migration may take long
    await em.execute('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    const pending = await pendingMigrations(orm);
    const isNew = (await migrator.getExecuted()).length === 0;
    if (pending.length > 0 && !isNew)
      announce(
        'The data is being upgraded. Plainchat makes no copy of a PostgreSQL database: before you start a new version, make one with pg_dump.',
      );
    const run = () => migrator.up({ transaction: em.getTransactionContext() });
    await (isNew || pending.length === 0 ? run() : tellingOfAccounts(em, announce, run));
    await installTriggers(em);
  });
}

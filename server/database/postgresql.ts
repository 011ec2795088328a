import { TextType, Type, type MikroORM, type Options } from '@mikro-orm/sql';
import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { installSignals } from './postgresql-signals.ts';
import { RetryingEntityManager } from './retrying.ts';
import { refuseLater, type Tell } from './upgrade.ts';

/** Connections of one process. More wait: the database does not get faster by them. */
const CONNECTIONS = 10;
/** Nothing of ours takes nearly as long, in milliseconds: what does is given up, and its locks with it. */
const STATEMENT_MS = 15_000;
/** So long is waited for a connection, in milliseconds, before people are told to try again. */
const CONNECT_MS = 4000;
/** Any number, the same in every process: whoever holds this lock brings the schema up to date. */
const MIGRATION_LOCK = 7_526_101;

/**
 * What makes an answer a promise, whatever the database is set to by default: a commit is on the
 * disk before it is answered, and each look sees what was committed before it.
 */
const SETTINGS = {
  synchronous_commit: 'on',
  default_transaction_isolation: 'read\\ committed',
  timezone: 'UTC',
};

const TIMEOUTS = ['statement_timeout', 'idle_in_transaction_session_timeout'];

/** Whether this is the address of a PostgreSQL database, and no path of a file. */
export function isPostgres(where: string): boolean {
  return /^postgres(ql)?:\/\//.test(where);
}

/** What the driver needs for the database at the address. Texts are as long there as in SQLite. */
export const postgresOptions = (address: string): Options => ({
  driver: PostgreSqlDriver,
  clientUrl: address,
  ensureDatabase: false, // whoever runs it makes it, and says who may do what
  entityManager: RetryingEntityManager,
  pool: { max: CONNECTIONS },
  discovery: {
    getMappedType: (type, platform) =>
      type === 'string' ? Type.getType(TextType) : platform.getDefaultMappedType(type),
    onMetadata: (entity) => {
      for (const property of Object.values(entity.properties))
        if (property.kind === 'm:1') property.index ??= true; // as the driver for SQLite does
    },
  },
  driverOptions: clientOptions(address),
});

/** What a connection takes, one of the pool or one that listens. */
export const clientOptions = (address: string) => ({
  connectionString: address,
  application_name: 'plainchat',
  connectionTimeoutMillis: CONNECT_MS,
  statement_timeout: STATEMENT_MS,
  idle_in_transaction_session_timeout: STATEMENT_MS,
  keepAlive: true,
  options: Object.entries(SETTINGS)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' '),
});

/** Brings the schema up to date, and has it tell of changes; of several starts at once one after the other. */
export async function migratePostgres(orm: MikroORM, tell: Tell = () => {}): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    for (const name of TIMEOUTS) await em.execute(`set local ${name} = 0`); // this may take long
    await em.execute('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    await refuseLater(orm);
    const isOld =
      (await orm.migrator.getExecuted()).length > 0 && (await orm.migrator.getPending()).length > 0;
    if (isOld)
      tell(
        'The data is brought up to date. No copy is made of it as it was, since on PostgreSQL that is for pg_dump, before a new version is started.',
      );
    await orm.migrator.up({ transaction: em.getTransactionContext() });
    await installSignals(em);
  });
}

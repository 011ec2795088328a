import { ReferenceKind, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { type Options, TextType, Type } from '@mikro-orm/sql';
import { connections } from './postgresql-client.ts';
import { RetryingEntityManager } from './retrying.ts';

/** Connections of one process. More would not make the database faster. */
const CONNECTIONS = 10;
/** Far longer than any statement of ours. PostgreSQL cancels a statement that takes longer, and releases its locks. */
const STATEMENT_MS = 15_000;
/** How long a request waits for a connection before it is refused. */
const CONNECT_MS = 4000;

/**
 * Overrides the defaults of the database: a commit is on the disk before the client is answered, and each
 * query sees what was committed before it.
 */
const SETTINGS = {
  synchronous_commit: 'on',
  default_transaction_isolation: 'read\\ committed',
  timezone: 'UTC',
};

/**
 * Text columns have no maximum length, as in SQLite.
 * @param listenUrl the address of the same database without a pooler, if `address` is one of a pooler
 */
export const postgresOptions = (address: string, listenUrl?: string): Options => ({
  driver: PostgreSqlDriver,
  clientUrl: address,
  ensureDatabase: false, // the operator creates it, and grants the rights
  entityManager: RetryingEntityManager,
  pool: { max: CONNECTIONS },
  discovery: {
    getMappedType: (type, platform) =>
      type === 'string' ? Type.getType(TextType) : platform.getDefaultMappedType(type),
    onMetadata: (entity) => {
      for (const property of Object.values(entity.properties))
        if (property.kind === ReferenceKind.MANY_TO_ONE) property.index ??= true; // as the driver for SQLite does
    },
  },
  driverOptions: {
    ...(listenUrl ? pooledOptions(address) : clientOptions(address)),
    Client: connections(),
    listenUrl,
  },
});

/** A pooler that gives each transaction another connection refuses settings at the beginning: `requireSettings` looks whether they hold. */
const pooledOptions = (address: string) => ({
  connectionString: address,
  application_name: 'plainchat',
  connectionTimeoutMillis: CONNECT_MS,
  keepAlive: true,
});

/** Options of a connection without a pooler: those of the pool and the listener's. */
export const clientOptions = (address: string) => ({
  ...pooledOptions(address),
  statement_timeout: STATEMENT_MS,
  idle_in_transaction_session_timeout: STATEMENT_MS,
  options: Object.entries(SETTINGS)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' '),
});

/**
 * Looks whether the settings hold that a pooler does not pass on.
 * @param rows runs a query
 * @throws Error with a sentence if data could be lost
 */
export async function requireSettings(
  rows: (sql: string) => Promise<{ commit: string; isolation: string; timeout: string; role: string }[]>,
  announce: (sentence: string) => void,
): Promise<void> {
  const [found] = await rows(
    `select current_setting('synchronous_commit') as commit, current_setting('default_transaction_isolation') as isolation, current_setting('statement_timeout') as timeout, current_user as role`,
  );
  const { commit, isolation, timeout, role } = found!;
  if (!['on', 'local', 'remote_write', 'remote_apply'].includes(commit) || isolation !== 'read committed')
    throw new Error(
      `The database at DATABASE_URL commits without waiting for the disk, or isolates transactions in another way. Run there: alter role "${role}" set synchronous_commit = on; alter role "${role}" set default_transaction_isolation = 'read committed'; and restart the pooler.`,
    );
  if (timeout === '0')
    announce(
      `Statements at DATABASE_URL have no time limit. Run there: alter role "${role}" set statement_timeout = '${STATEMENT_MS}ms'; alter role "${role}" set idle_in_transaction_session_timeout = '${STATEMENT_MS}ms'; and restart the pooler.`,
    );
}

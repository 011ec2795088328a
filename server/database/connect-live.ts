import type { PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { MikroORM } from '@mikro-orm/sql';
import type { SqliteConnection } from '@mikro-orm/sqlite';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunStatements } from '../chat/post-batch.ts';
import type { Reader } from '../chat/reader.ts';
import type { DatabaseState, Lookups } from '../live/lookups.ts';
import type { Versions } from '../live/versions.ts';
import { POOLER } from './open.ts';
import { isPostgres } from './options.ts';
import { PostgresReader } from './postgresql-reader.ts';
import type { Connections } from './postgresql-client.ts';
import { GREETING, PostgresLookups, PostgresVersions } from './postgresql-lookups.ts';
import { CHANNEL } from './postgresql-triggers.ts';
import { SqliteLookups } from './sqlite-lookups.ts';
import { SqliteReader } from './sqlite-reader.ts';
import { SqliteFile } from './sqlite.ts';
import type { Announce } from './upgrade.ts';

/** What the fast path needs of the open database. */
export interface LiveDatabase {
  versions: Versions;
  lookups: Lookups;
  reader: Reader;
  /** Stores messages faster than the ORM. Not for an SQLite database in memory. */
  runStatements?: RunStatements;
  state(): DatabaseState;
  /** Closes the connection that `connectLive` has opened, if any. */
  close(): Promise<void>;
}

/** How long a notification to oneself may take, in milliseconds. */
const GREETING_MS = 3000;
const OTHER_DATABASE =
  'LISTEN_URL and DATABASE_URL lead to different databases: what is notified at one does not arrive at the other. Set LISTEN_URL to the address of the same database, without a pooler.';

/**
 * @param announce receives a sentence for the operator when the database begins and ceases to answer
 * @throws Error with a sentence if the server would not hear of what other servers change
 */
export async function connectLive(orm: MikroORM, announce: Announce = () => {}): Promise<LiveDatabase> {
  const connection = orm.em.getConnection();
  if (isPostgres(orm.config.get('clientUrl') ?? ''))
    return openPostgres(orm, connection as PostgreSqlConnection, announce);
  const dialect = orm.config.get('driverOptions');
  if (dialect instanceof SqliteFile) return openFile(dialect);
  const memory = await (connection as SqliteConnection).getNativeClient();
  const lookups = new SqliteLookups(memory, { isOnlyConnection: true });
  return { versions: lookups, lookups, reader: await readerOf(orm), state: ownState, close: async () => {} };
}

function openFile(file: SqliteFile): LiveDatabase {
  const lookups = new SqliteLookups(file.reader, { isOnlyConnection: false });
  file.onWrite = () => lookups.forgetVersion();
  return {
    versions: lookups,
    lookups,
    reader: new SqliteReader(file.reader),
    runStatements: (_, statements) => file.runInTransaction(statements),
    state: ownState,
    close: async () => {},
  };
}

/** An SQLite database is in this process. */
const ownState = (): DatabaseState => ({ isUp: true, isListening: true, waiting: 0 });

async function openPostgres(
  orm: MikroORM,
  connection: PostgreSqlConnection,
  announce: Announce,
): Promise<LiveDatabase> {
  const { PostgresListener } = await import('./postgresql-listener.ts'); // loads the package pg
  const { runInPostgres } = await import('./postgresql-batch.ts');
  const { clientOptions, requireSettings } = await import('./postgresql.ts');
  const { listenUrl, Client } = poolOptionsOf(orm);
  const listener = new PostgresListener(clientOptions(listenUrl ?? orm.config.get('clientUrl')), CHANNEL);
  const versions = new PostgresVersions(listener);
  const state = { isUp: true };
  const greeting = `${GREETING} ${randomUUID()}`;
  const { promise: greeted, resolve: greet } = Promise.withResolvers<true>();
  const pool = await connection.getNativeClient();
  await listener.open({
    onMessage: (payload) => (payload === greeting ? greet(true) : versions.recordChange(payload)),
    onListening: () => {
      versions.expireAll();
      Client.refuse(false);
      if (!state.isUp) announce('The database answers again.');
      state.isUp = true;
    },
    onOutage: () => {
      state.isUp = false;
      Client.refuse(true);
      announce('The database does not answer. Until it does, the server refuses what needs it with 503.');
    },
  });
  await pool.query('select pg_notify($1, $2)', [CHANNEL, greeting]);
  if (!(await Promise.race([greeted, pause(GREETING_MS, false)]))) {
    await listener.close();
    throw new Error(listenUrl ? OTHER_DATABASE : POOLER);
  }
  if (listenUrl) await requireSettings(async (sql) => (await pool.query(sql)).rows, announce);
  const isPooled = listenUrl !== undefined;
  return {
    versions,
    lookups: new PostgresLookups(pool, versions, { isPooled }),
    reader: new PostgresReader(pool, { isPooled }),
    runStatements: runInPostgres(() => orm.em.fork()),
    state: () => ({ isUp: state.isUp, isListening: listener.isListening, waiting: pool.waitingCount }),
    close: () => listener.close(),
  };
}

/** What the options of the pool have besides those of its package. */
const poolOptionsOf = (orm: MikroORM) =>
  orm.config.get('driverOptions') as unknown as { listenUrl: string | undefined; Client: Connections };

/** Returns a reader of the open database. */
export async function readerOf(orm: MikroORM): Promise<Reader> {
  const connection = orm.em.getConnection();
  if (isPostgres(orm.config.get('clientUrl') ?? ''))
    return new PostgresReader(await (connection as PostgreSqlConnection).getNativeClient(), {
      isPooled: poolOptionsOf(orm).listenUrl !== undefined,
    });
  const dialect = orm.config.get('driverOptions');
  if (dialect instanceof SqliteFile) return new SqliteReader(dialect.reader);
  return new SqliteReader(await (connection as SqliteConnection).getNativeClient());
}

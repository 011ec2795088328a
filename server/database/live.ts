import { PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { MikroORM } from '@mikro-orm/sql';
import type { SqliteConnection } from '@mikro-orm/sqlite';
import type { Run } from '../chat/batch.ts';
import { Listener } from '../live/listener.ts';
import type { Looks } from '../live/looks.ts';
import { Changes, PostgresLooks } from '../live/postgresql.ts';
import type { Signals } from '../live/signals.ts';
import { SqliteLive } from '../live/sqlite.ts';
import { CHANNEL } from './postgresql-signals.ts';
import { clientOptions } from './postgresql.ts';
import { SqliteFile } from './sqlite.ts';

/** What the live path asks of a database that is open. */
export interface Live {
  signals: Signals;
  looks: Looks;
  /** Stores messages in a shorter way than the ORM's, where there is one. */
  run?: Run;
  /** Ends what it has opened beside the database. */
  close(): Promise<void>;
}

export async function openLive(orm: MikroORM): Promise<Live> {
  const connection = orm.em.getConnection();
  if (connection instanceof PostgreSqlConnection) return openPostgres(orm, connection);
  const dialect = orm.config.get('driverOptions');
  if (dialect instanceof SqliteFile) return openFile(dialect);
  const live = new SqliteLive(await (connection as SqliteConnection).getNativeClient(), { isOnly: true });
  return { signals: live, looks: live, close: async () => {} };
}

function openFile(file: SqliteFile): Live {
  const live = new SqliteLive(file.reader, { isOnly: false });
  file.written = () => live.written();
  return {
    signals: live,
    looks: live,
    run: (_, statements) => file.together(statements),
    close: async () => {},
  };
}

async function openPostgres(orm: MikroORM, connection: PostgreSqlConnection): Promise<Live> {
  const changes = new Changes();
  const options = clientOptions(orm.config.get('clientUrl')!);
  const listener = new Listener({
    options,
    channel: CHANNEL,
    heard: (told) => changes.heard(told),
    began: () => changes.forget(),
  });
  changes.listener = listener;
  await listener.open();
  return {
    signals: changes,
    looks: new PostgresLooks(await connection.getNativeClient(), changes),
    close: () => listener.close(),
  };
}

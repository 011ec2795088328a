import type { MikroORM } from '@mikro-orm/sql';
import { SqliteConnection } from '@mikro-orm/sqlite';
import type { Looks } from '../live/looks.ts';
import type { Signals } from '../live/signals.ts';
import { PostgresLive } from '../live/postgresql.ts';
import { SqliteLive } from '../live/sqlite.ts';
import { SqliteFile } from './sqlite.ts';

/** What the live path asks of a database that is open. */
export interface Live {
  signals: Signals;
  looks: Looks;
}

export async function openLive(orm: MikroORM): Promise<Live> {
  const live = await liveOf(orm);
  return { signals: live, looks: live };
}

async function liveOf(orm: MikroORM): Promise<Signals & Looks> {
  const connection = orm.em.getConnection();
  if (!(connection instanceof SqliteConnection)) return new PostgresLive();
  const dialect = orm.config.get('driverOptions');
  if (dialect instanceof SqliteFile) return new SqliteLive(dialect.reader, { isOnly: false });
  return new SqliteLive(await connection.getNativeClient(), { isOnly: true });
}

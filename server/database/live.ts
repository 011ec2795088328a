import type { MikroORM } from '@mikro-orm/sqlite';
import type { Looks } from '../live/looks.ts';
import type { Signals } from '../live/signals.ts';
import { SqliteLive } from '../live/sqlite.ts';
import { SqliteFile } from './sqlite.ts';

/** What the live path asks of a database that is open. */
export interface Live {
  signals: Signals;
  looks: Looks;
}

export async function openLive(orm: MikroORM): Promise<Live> {
  const dialect = orm.config.get('driverOptions');
  const live = dialect instanceof SqliteFile
    ? new SqliteLive(dialect.reader, { isOnly: false })
    : new SqliteLive(await orm.em.getConnection().getNativeClient(), { isOnly: true });
  return { signals: live, looks: live };
}

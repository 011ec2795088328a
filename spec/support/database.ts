import type { MikroORM } from '@mikro-orm/sql';
import { openDatabase } from '../../server/database/open.ts';
import { atEnd } from './ending.ts';
import { startPostgres, type Postgres } from './postgres.ts';

/** An open database, and the address to open it once more. */
interface Opened {
  orm: MikroORM;
  where: string;
}

/** The PostgreSQL of this run, where it is to run on one. */
let postgres: Postgres | undefined;
/** Databases there that are empty again: making one takes longer than most specs. */
const free: Opened[] = [];

/** Gives `work` an empty database of its own, in memory or on the PostgreSQL of this run. */
export async function withDatabase(work: (orm: MikroORM, where: string) => Promise<void>): Promise<void> {
  const opened = free.pop() ?? (await open(postgres ? await postgres.create() : ':memory:'));
  let isOver = false;
  try {
    await work(opened.orm, opened.where);
    isOver = true;
  } finally {
    if (postgres && isOver && (await empty(opened.orm))) free.push(opened);
    else await opened.orm.close();
  }
}

/** Has every spec from now on have its database on a PostgreSQL. @throws where this machine cannot run one */
export async function usePostgres(): Promise<void> {
  const started = await startPostgres();
  postgres = started;
  atEnd(async () => {
    for (const { orm } of free) await orm.close();
    await started.end();
  });
}

async function open(where: string): Promise<Opened> {
  return { orm: await openDatabase(where), where };
}

/** Empties all tables, with nothing looking on, and begins to count anew; false where that cannot be. */
async function empty(orm: MikroORM): Promise<boolean> {
  const entities = [...orm.getMetadata().getAll().values()];
  const tables = entities.map(({ tableName }) => `delete from "${tableName}";`);
  const counters = entities.filter(({ properties }) => properties.id?.autoincrement).map(({ tableName }) => `perform setval('${tableName}_id_seq', 1, false);`);
  const work = orm.em.execute(`do $$ begin set local session_replication_role = replica; ${[...tables, ...counters].join(' ')} end $$`);
  return work.then(() => true, () => false);
}

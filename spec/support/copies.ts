import type { MikroORM, SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { isPostgres } from '../../server/database/options.ts';
import { inMemory } from './database.ts';

/** The rows of each table of a database. */
export type Copy = [table: string, rows: Record<string, unknown>[]][];

/** Copies all rows, for specs that begin with the same ones many times. */
export async function copyOf(orm: MikroORM): Promise<Copy> {
  const em = orm.em.fork() as EntityManager;
  const copy: Copy = [];
  for (const table of tablesOf(orm)) copy.push([table, await em.execute(`select * from "${table}"`)]);
  return copy;
}

/** Puts the rows into an empty database, of which nothing has been read yet. */
export async function putInto(orm: MikroORM, copy: Copy): Promise<void> {
  if (isPostgres(orm.config.get('clientUrl') ?? '')) return putIntoPostgres(orm, copy);
  const database = await inMemory(orm);
  database.pragma('foreign_keys = off');
  for (const [table, [...rows]] of copy) {
    if (rows.length === 0) continue;
    const columns = Object.keys(rows[0]!);
    const insert = database.prepare(
      `insert into "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
    );
    for (const row of rows) insert.run(...Object.values(row));
  }
  database.pragma('foreign_keys = on');
}

async function putIntoPostgres(orm: MikroORM, copy: Copy): Promise<void> {
  await (orm.em.fork() as EntityManager).transactional(async (em) => {
    await em.execute('set local session_replication_role = replica'); // neither keys nor triggers look at the rows
    for (const [table, rows] of copy) {
      if (rows.length === 0) continue;
      const from = `jsonb_populate_recordset(null::"${table}", ?::jsonb)`;
      await em.execute(`insert into "${table}" select * from ${from}`, [JSON.stringify(rows)]);
      if ('id' in rows[0]! && typeof rows[0].id === 'number')
        await em.execute(`select setval('${table}_id_seq', max(id)) from "${table}"`);
    }
  });
}

const tablesOf = (orm: MikroORM): string[] =>
  [...orm.getMetadata().getAll().values()].map(({ tableName }) => tableName);

import type { MikroORM } from '@mikro-orm/sql';
import type { SqliteConnection } from '@mikro-orm/sqlite';
import type { Database } from 'better-sqlite3';
import { openDatabase } from '../../server/database/open.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { atEnd } from './teardown.ts';

/** An open database, and the address to open it once more. */
interface Opened {
  orm: MikroORM;
  where: string;
  /** The state of its schema, where it is in memory. */
  schema: unknown;
}

/** The PostgreSQL of this run, where it is to run on one. */
let postgres: Postgres | undefined;
/** Databases that are empty again: making one takes longer than most specs. */
const free: Opened[] = [];

/** Gives `work` an empty database of its own, in memory or on the PostgreSQL of this run. */
export async function withDatabase(work: (orm: MikroORM, where: string) => Promise<void>): Promise<void> {
  const opened = free.pop() ?? (await open(postgres ? await postgres.create() : ':memory:'));
  let isOver = false;
  try {
    await work(opened.orm, opened.where);
    isOver = true;
  } finally {
    if (isOver && (await empty(opened))) free.push(opened);
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
  const orm = await openDatabase(where);
  if (postgres) return { orm, where, schema: undefined };
  const database = await inMemory(orm);
  keepStatements(database);
  return { orm, where, schema: schemaOf(database) };
}

/** Has a connection in memory keep what it prepares, as a server does that has a file. */
function keepStatements(database: Database): void {
  const prepare = database.prepare.bind(database);
  const kept = new Map<string, ReturnType<typeof prepare>>();
  const keep = (sql: string) => {
    const statement = kept.get(sql) ?? prepare(sql);
    kept.set(sql, statement);
    statement.pluck = () => prepare(sql).pluck(); // who reads one column has a statement of their own
    return statement;
  };
  database.prepare = keep as Database['prepare'];
}

/** Empties all tables and restarts their ids, while no other connection reads; false where that cannot be. */
async function empty({ orm, schema }: Opened): Promise<boolean> {
  const entities = [...orm.getMetadata().getAll().values()];
  const tables = entities.map(({ tableName }) => `delete from "${tableName}";`).join(' ');
  try {
    if (postgres) {
      const counters = entities
        .filter(({ properties }) => properties.id?.autoincrement)
        .map(({ tableName }) => `perform setval('${tableName}_id_seq', 1, false);`)
        .join(' ');
      await orm.em.execute(
        `do $$ begin set local session_replication_role = replica; ${tables} ${counters} end $$`,
      );
      return true;
    }
    const database = await inMemory(orm);
    database.exec(
      `pragma foreign_keys = off; ${tables} delete from sqlite_sequence; pragma foreign_keys = on`,
    );
    return !database.inTransaction && schemaOf(database) === schema; // a spec may have put something in the way
  } catch {
    return false;
  }
}

/** The connection of a database in memory. */
export const inMemory = (orm: MikroORM): Promise<Database> =>
  (orm.em.getConnection() as SqliteConnection).getNativeClient();
const schemaOf = (database: Database): unknown =>
  JSON.stringify([database.pragma('schema_version'), database.pragma('temp.schema_version')]);

import { ReferenceKind } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager, EntityMetadata, MikroORM } from '@mikro-orm/sql';
import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { recordAct } from '../chat/act.ts';
import { openDatabase, openForCommand } from '../database/open.ts';
import { isPostgres } from '../database/options.ts';
import { keptKeys } from '../keys.ts';
import { type Command, CommandError, type Console } from './command.ts';

/** Rows in one statement. */
const BATCH = 1000;

type Row = Record<string, unknown>;

/**
 * Copies all data of a SQLite file into a PostgreSQL database, or nothing. The file is not changed. The driver
 * takes the password from PGPASSWORD if the address has none.
 */
export const move: Command = {
  parameters: ['--to', 'ADDRESS'],
  summary: 'copies all data into an empty PostgreSQL database',
  run: async (terminal, option = '', address = '') => {
    const {
      env: { chatDb, filesDir },
      print,
    } = terminal;
    if (option !== '--to' || !isPostgres(address))
      throw new CommandError(
        'Say where to: npm run chat -- move --to postgres://user@host/database. Put the password into the variable PGPASSWORD.',
      );
    if (URL.parse(address)?.password)
      terminal.progress(
        'Others on this machine can see the password in the address while this runs, and the shell keeps it. Leave it out the next time, and put it into the variable PGPASSWORD.',
      );
    await (await openForCommand(chatDb)).close(); // throws unless it exists in this version
    const target = await openDatabase(address);
    const source = new Database(chatDb, { readonly: true });
    try {
      source.exec('begin'); // all reads see the data of this moment
      await target.em.fork().transactional((em) => copy(terminal, source, em, tablesOf(target)));
    } finally {
      source.close();
      await target.close();
    }
    print(`All data is copied, and ${chatDb} is unchanged. Start the server with DATABASE_URL now.`);
    if (existsSync(filesDir))
      print(
        `The images and files of messages stay in ${filesDir}. Give every server this folder with FILES_DIR.`,
      );
  },
};

/** Copies all tables within one transaction. @throws CommandError if the database is not empty, or the counts differ afterwards */
async function copy(
  { env, now, progress, print }: Console,
  source: Database.Database,
  em: EntityManager,
  tables: EntityMetadata[],
): Promise<void> {
  for (const table of MADE_BY_A_START) await em.execute(`delete from "${table}"`);
  for (const { tableName } of tables) await refuseUnlessEmpty(em, tableName);
  for (const table of tables) await copyTable(source, em, table, progress);
  for (const { tableName } of tables)
    print(`${tableName}: ${(await comparedCount(source, em, tableName)).toLocaleString('en')}`);
  for (const [index, value] of keptKeys(env.chatDb).entries())
    await em.execute('insert into signing_key (value, created_at) values (?, ?) on conflict do nothing', [
      value,
      new Date(now.getTime() - index),
    ]);
  await recordAct(em, 'data moved', { at: now });
}

/** What the first start of a server makes there, and belongs to no data. */
const MADE_BY_A_START = ['files_identity', 'clearing'];

async function refuseUnlessEmpty(em: EntityManager, table: string): Promise<void> {
  if (table !== 'signing_key' && (await count(em, table)) > 0)
    throw new CommandError(
      `The database is not empty: there are rows in ${table}. Give the address of an empty one.`,
    );
}

async function copyTable(
  source: Database.Database,
  em: EntityManager,
  table: EntityMetadata,
  progress: (line: string) => void,
): Promise<void> {
  const { tableName } = table;
  let copied = 0;
  let batch: Row[] = [];
  const write = async () => {
    await em.execute(
      `insert into "${tableName}" select * from jsonb_populate_recordset(null::"${tableName}", ?::jsonb)`,
      [JSON.stringify(batch)],
    );
    copied += batch.length;
    batch = [];
    progress(`${tableName}: ${copied.toLocaleString('en')} …`);
  };
  for (const row of source.prepare<[], Row>(`select * from "${tableName}"`).iterate()) {
    batch.push(asJson(table, row));
    if (batch.length === BATCH) await write();
  }
  if (batch.length > 0) await write();
  // Not the largest number that is there: reports still name the numbers of deleted rooms.
  const given = source
    .prepare<[string], number>('select seq from sqlite_sequence where name = ?')
    .pluck()
    .get(tableName);
  if (given && table.properties.id?.autoincrement)
    await em.execute(`select setval(pg_get_serial_sequence('"${tableName}"', 'id'), ?)`, [given]);
}

/** How many rows arrived. @throws CommandError if they are not as many as there were */
async function comparedCount(source: Database.Database, em: EntityManager, table: string): Promise<number> {
  const before = source.prepare<[], number>(`select count(*) from "${table}"`).pluck().get()!;
  const arrived = await count(em, table);
  if (before !== arrived)
    throw new CommandError(
      `Nothing was copied, because the counts differ: ${table} has ${before} rows, and ${arrived} arrived.`,
    );
  return arrived;
}

/** Returns the tables of all entities, each after those that it refers to. */
function tablesOf(orm: MikroORM): EntityMetadata[] {
  const waiting = new Set([...orm.getMetadata().getAll().values()] as EntityMetadata[]);
  const ordered: EntityMetadata[] = [];
  while (waiting.size > 0) {
    const names = new Set([...waiting].map(({ className }) => className));
    const ready = [...waiting].filter(({ className, relations }) =>
      relations.every(
        ({ owner, kind, type }) =>
          !(kind === ReferenceKind.MANY_TO_ONE || owner) || type === className || !names.has(type),
      ),
    );
    for (const table of ready) waiting.delete(table);
    ordered.push(...ready);
  }
  return ordered;
}

/** Converts a row of SQLite, where times and booleans are numbers, for PostgreSQL. */
function asJson({ props }: EntityMetadata, row: Row): Row {
  for (const { fieldNames: [name = ''] = [], runtimeType } of props) {
    if (row[name] == null) continue;
    if (runtimeType === 'Date') row[name] = new Date(row[name] as number).toISOString();
    if (runtimeType === 'boolean') row[name] = Boolean(row[name]);
  }
  return row;
}

async function count(em: EntityManager, table: string): Promise<number> {
  const [row] = await em.execute<{ count: string }[]>(`select count(*) as count from "${table}"`);
  return Number(row!.count);
}

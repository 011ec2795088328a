import { existsSync } from 'node:fs';
import type { EntityMetadata, MikroORM, SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import Database from 'better-sqlite3';
import { keptKeys } from '../../config/session.ts';
import { openDatabase, openForCommand } from '../database/open.ts';
import { isPostgres } from '../database/postgresql.ts';
import { Undone, type Command, type Desk } from './command.ts';

/** So many rows are read and written at once. */
const BATCH = 1000;

type Row = Record<string, unknown>;

/** Brings all data of a file into a PostgreSQL database: all of it, or nothing. The file stays as it is. */
export const move: Command = {
  takes: ['--to', 'ADDRESS'],
  what: 'copies all data into an empty PostgreSQL database',
  run: async (desk, option = '', address = '') => {
    const {
      env: { chatDb, filesDir },
      say,
    } = desk;
    if (option !== '--to' || !isPostgres(address))
      throw new Undone('Say where to: npm run chat -- move --to postgres://user:password@host/database');
    await (await openForCommand(chatDb)).close(); // there, and of this version
    const target = await openDatabase(address);
    const source = new Database(chatDb, { readonly: true });
    try {
      source.exec('begin'); // all is read as it is at this moment
      await target.em.fork().transactional((em) => copy(desk, source, em, tablesOf(target)));
    } finally {
      source.close();
      await target.close();
    }
    say(`All is copied, and ${chatDb} is as it was. Start the server with DATABASE_URL now.`);
    if (existsSync(filesDir))
      say(
        `The images and files of messages stay in ${filesDir}: let every server have this folder, by FILES_DIR.`,
      );
  },
};

async function copy(
  { env, now, note, say }: Desk,
  source: Database.Database,
  em: EntityManager,
  tables: EntityMetadata[],
): Promise<void> {
  for (const { tableName } of tables) {
    if (tableName !== 'signing_key' && (await count(em, tableName)) > 0)
      throw new Undone(
        `The database is not empty: there are rows in ${tableName}. Give the address of an empty one.`,
      );
  }
  for (const table of tables) {
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
      note(`${tableName}: ${copied.toLocaleString('en')} …`);
    };
    for (const row of source.prepare<[], Row>(`select * from "${tableName}"`).iterate()) {
      batch.push(asJson(table, row));
      if (batch.length === BATCH) await write();
    }
    if (batch.length > 0) await write();
    // Not the largest number that is there: what is gone may still be spoken of, as a room is by its reports.
    const given = source
      .prepare<[string], number>('select seq from sqlite_sequence where name = ?')
      .pluck()
      .get(tableName);
    if (given && table.properties.id?.autoincrement)
      await em.execute(`select setval(pg_get_serial_sequence('"${tableName}"', 'id'), ?)`, [given]);
  }
  for (const { tableName } of tables) {
    const [there, here] = [
      source.prepare<[], number>(`select count(*) from "${tableName}"`).pluck().get()!,
      await count(em, tableName),
    ];
    if (there !== here)
      throw new Undone(
        `Nothing was copied, because the counts differ: ${tableName} has ${there} rows, and ${here} arrived.`,
      );
    say(`${tableName}: ${here.toLocaleString('en')}`);
  }
  for (const [index, value] of keptKeys(env.chatDb).entries())
    await em.execute('insert into signing_key (value, created_at) values (?, ?) on conflict do nothing', [
      value,
      new Date(now.getTime() - index),
    ]);
}

/** The tables of all nouns, each after those that it refers to. */
function tablesOf(orm: MikroORM): EntityMetadata[] {
  const waiting = new Set([...orm.getMetadata().getAll().values()] as EntityMetadata[]);
  const ordered: EntityMetadata[] = [];
  while (waiting.size > 0) {
    const names = new Set([...waiting].map(({ className }) => className));
    const ready = [...waiting].filter(({ className, relations }) =>
      relations.every(
        ({ owner, kind, type }) => !(kind === 'm:1' || owner) || type === className || !names.has(type),
      ),
    );
    for (const table of ready) waiting.delete(table);
    ordered.push(...ready);
  }
  return ordered;
}

/** A row of SQLite as PostgreSQL reads it: times are numbers there, and yes and no too. */
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

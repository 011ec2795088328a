import { MikroORM } from '@mikro-orm/sql';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { migratorOf } from '../../server/database/migrator.ts';
import { openDatabase } from '../../server/database/open.ts';
import { databaseOptions } from '../../server/database/options.ts';
import { houseOf, withFile } from '../support/domain.ts';
import { rowsAddedBy } from '../support/old-rows.ts';

const test = suite('migrations');

const TABLES = [
  'user',
  'session',
  'room',
  'presence',
  'membership',
  'entry',
  'departure',
  'attempt',
] as const;

type Row = Record<string, SQLOutputValue>;

function contentOf(file: string): Record<string, Row[]> {
  const database = new DatabaseSync(file);
  try {
    return Object.fromEntries(
      TABLES.map((table) => [table, database.prepare(`select * from "${table}" order by 1, 2`).all()]),
    );
  } finally {
    database.close();
  }
}

/** Makes a file of the first version, with rows in every table. */
async function makeFirstVersion(file: string): Promise<void> {
  const orm = await MikroORM.init(databaseOptions(file));
  await migratorOf(orm).up({ to: '0001-first-tables' });
  await orm.close();
  const database = new DatabaseSync(file);
  database.exec(rowsAddedBy('0001-first-tables', '0001'));
  database.close();
}

test(
  'conversations have the usernames of now, and marks that are letters are in the names of rooms',
  withFile(async (file) => {
    const old = await MikroORM.init(databaseOptions(file));
    await migratorOf(old).up({ to: '0030-tokens' });
    await old.close();
    const database = new DatabaseSync(file);
    for (const name of ['0001-first-tables', '0003-people', '0029-search'])
      database.exec(rowsAddedBy(name, '0030-tokens'));
    database.exec(`
      update room set name = 'ada and gräce', name_key = 'ada and grace' where id = 7;
      update room set name = 'がっこう', name_key = 'かっこう' where id = 3;`);
    database.close();
    await (await openDatabase(file)).close();
    const upgraded = new DatabaseSync(file);
    const rooms = upgraded
      .prepare('select name, name_key as key from room where id in (3, 7) order by id')
      .all();
    const { chunks } = upgraded.prepare('select count(*) as chunks from search_chunk').get()!;
    upgraded.close();
    assert.equal(
      rooms.map(({ name, key }) => [name, key]),
      [
        ['がっこう', 'がっこう'],
        ['ada and grace', 'ada and grace'],
      ],
    );
    assert.is(chunks, 0);
  }),
);

test(
  'the migrations upgrade a file of the first version, and every row stays as it was',
  withFile(async (file) => {
    await makeFirstVersion(file);
    const before = contentOf(file);
    for (const table of TABLES) assert.ok(before[table]!.length > 0, table);

    const orm = await openDatabase(file);
    try {
      assert.equal(await migratorOf(orm).getPending(), []);
      assert.is(await orm.schema.getUpdateSchemaSQL({ wrap: false }), '');
      const after = contentOf(file);
      for (const table of TABLES) {
        assert.is(after[table]!.length, before[table]!.length, table);
        for (const [index, row] of before[table]!.entries())
          assert.equal({ ...after[table]![index], ...row }, { ...after[table]![index] }, table);
      }
      const [integrity] = await orm.em.execute<Row[]>('pragma foreign_key_check');
      assert.is(integrity, undefined);
    } finally {
      await orm.close();
    }
  }),
);

test(
  'users can post and administer after an upgrade from the first version',
  withFile(async (file) => {
    await makeFirstVersion(file);
    const orm = await openDatabase(file);
    try {
      const { say, changeRole, remove, log, members } = houseOf(orm);
      await say('ada', 3, 'good morning');
      await changeRole('ada', 3, 'grace', 'admin');
      await remove('grace', 3, 'ada');
      assert.equal(await log(3), [
        '1 entered ada',
        '2 ada: hello',
        '3 grace: two\nlines',
        '4 ada: good morning',
        '5 role ada grace admin',
        '6 removed grace ada',
      ]);
      assert.equal(await members(3), ['grace admin']);
    } finally {
      await orm.close();
    }
  }),
);

test.run();

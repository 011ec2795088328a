import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { MikroORM } from '@mikro-orm/sql';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { databaseOptions } from '../../config/database.ts';
import { openDatabase } from '../../server/database/open.ts';
import { rowsAddedBy } from '../support/history.ts';
import { houseOf, withFile } from '../support/nouns.ts';

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

/** A file as the first version made it, with rows in every table. */
async function madeByTheFirst(file: string): Promise<void> {
  const orm = await MikroORM.init(databaseOptions(file));
  await orm.migrator.up({ to: '0001-first-tables' });
  await orm.close();
  const database = new DatabaseSync(file);
  database.exec(rowsAddedBy('0001-first-tables'));
  database.close();
}

test(
  'bring a file of the first version up to date, with every row as it was',
  withFile(async (file) => {
    await madeByTheFirst(file);
    const before = contentOf(file);
    for (const table of TABLES) assert.ok(before[table]!.length > 0, table);

    const orm = await openDatabase(file);
    try {
      assert.equal(await orm.migrator.getPending(), []);
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
  'leave a file of the first version one in which people talk on and administer',
  withFile(async (file) => {
    await madeByTheFirst(file);
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

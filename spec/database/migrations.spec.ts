import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { MikroORM } from '@mikro-orm/sql';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { databaseOptions } from '../../config/database.ts';
import { openDatabase } from '../../server/database/open.ts';
import { houseOf, NOW, withFile } from '../support/nouns.ts';

const test = suite('migrations');

const at = NOW.getTime();
const later = at + 86_400_000;

/** A row in each table of the first migration, and more where one would not do. */
const ROWS = `
  insert into user (id, username, username_key, email, email_key, password_hash, created_at) values
    (1, 'ada', 'ada', 'ada@example.org', 'ada@example.org', 'x', ${at}), (2, 'grace', 'grace', 'grace@example.org', 'grace@example.org', 'x', ${at});
  insert into session (id, user_id, data, created_at, seen_at) values ('a key', 1, '{"csrf":"token"}', ${at}, ${later});
  insert into room (id, name, access, creator_id, last_seq, created_at) values (3, 'lobby', 'open', 1, 3, ${at}), (5, 'cellar', 'invite', 2, 0, ${at});
  insert into presence (user_id, room_id, lease, expires_at, closing) values (1, 3, 'script', ${later}, 1);
  insert into membership (room_id, user_id, role, joined_at) values (3, 1, 'admin', ${at}), (3, 2, 'member', ${later}), (5, 2, 'admin', ${at});
  insert into entry (room_id, seq, kind, author_id, body, key, at) values
    (3, 1, 'entered', 1, '', null, ${at}), (3, 2, 'message', 1, 'hello', 'a-key-of-ada', ${at}), (3, 3, 'message', 2, 'two
lines', 'a-key-of-grace', ${later});
  insert into departure (user_id, room_id, room_name, why, told) values (2, 9, 'study', 'deleted', 0);
  insert into attempt (id, bucket, at) values (7, 'a hash', ${at});`;

const TABLES = ['user', 'session', 'room', 'presence', 'membership', 'entry', 'departure', 'attempt'] as const;

type Row = Record<string, SQLOutputValue>;

function contentOf(file: string): Record<string, Row[]> {
  const database = new DatabaseSync(file);
  try {
    return Object.fromEntries(TABLES.map((table) => [table, database.prepare(`select * from "${table}" order by 1, 2`).all()]));
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
  database.exec(ROWS);
  database.close();
}

test('bring a file of the first version up to date, with every row as it was', withFile(async (file) => {
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
      for (const [index, row] of before[table]!.entries()) assert.equal({ ...after[table]![index], ...row }, { ...after[table]![index] }, table);
    }
    const [integrity] = await orm.em.execute<Row[]>('pragma foreign_key_check');
    assert.is(integrity, undefined);
  } finally {
    await orm.close();
  }
}));

test('leave a file of the first version one in which people talk on and administer', withFile(async (file) => {
  await madeByTheFirst(file);
  const orm = await openDatabase(file);
  try {
    const { say, changeRole, remove, log, members } = houseOf(orm);
    await say('ada', 3, 'good morning');
    await changeRole('ada', 3, 'grace', 'admin');
    await remove('grace', 3, 'ada');
    assert.equal(await log(3), ['1 entered ada', '2 ada: hello', '3 grace: two\nlines', '4 ada: good morning', '5 role ada grace admin', '6 removed grace ada']);
    assert.equal(await members(3), ['grace admin']);
  } finally {
    await orm.close();
  }
}));

test.run();

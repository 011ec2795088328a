import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../server/database/open.ts';
import { chat } from '../support/command.ts';
import { withFile } from '../support/domain.ts';
import {
  filesOf,
  fillWithEverything,
  rowsOf,
  writeEverything,
  writeFiles,
} from '../support/full-database.ts';
import { withServer } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';

const test = suite('backup and restore');

/** What is in the folder of the database, besides what SQLite puts there. */
const names = (file: string) =>
  readdirSync(dirname(file))
    .filter((name) => !/-(wal|shm)$/.test(name))
    .toSorted();

async function everythingIn(file: string): Promise<Record<string, unknown[]>> {
  const orm = await openDatabase(file);
  try {
    return await rowsOf(orm);
  } finally {
    await orm.close();
  }
}

test(
  'a restored backup has every kind of content, row for row and file for file, and the act of the restore',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    await fillWithEverything(orm);
    writeFileSync(`${file}.keys`, 'a key\n');
    writeFiles(`${file}.files`);
    const before = await rowsOf(orm);
    for (const [table, rows] of Object.entries(before))
      if (!table.startsWith('search')) assert.ok(rows.length > 0, table); // the index follows the log later
    const copied = await chat(file, ['backup', `${file}.copy`]); // while the database is open
    assert.is(copied.code, 0, copied.err);
    await orm.close();

    const restored = `${file}.restored`;
    const outcome = await chat(restored, ['restore', `${file}.copy`]);
    assert.is(outcome.code, 0, outcome.err);
    const { act: acts, ...others } = await everythingIn(restored);
    const { act: earlier, ...expected } = before;
    assert.equal(others, expected);
    assert.equal(acts!.slice(0, -1), earlier);
    const { name, logged } = acts!.at(-1) as { name: string; logged: unknown };
    assert.equal([name, Boolean(logged)], ['backup restored', false]);
    assert.is(readFileSync(`${restored}.keys`, 'utf8'), 'a key\n');
    assert.equal(filesOf(`${restored}.files`), filesOf(`${file}.files`));
    assert.is((await chat(restored, ['check'])).code, 0);
  }),
);

test(
  'backup and restore overwrite nothing',
  withFile(async (file) => {
    await (await openDatabase(file)).close();
    writeFileSync(`${file}.other`, 'mine');
    const over = await chat(file, ['backup', `${file}.other`]);
    assert.is(over.code, 1);
    assert.match(over.err, /There is a file .*chat\.db\.other already/);
    assert.is(readFileSync(`${file}.other`, 'utf8'), 'mine');
    const nowhere = await chat(file, ['backup', `${file}.missing/copy`]);
    assert.equal(
      [nowhere.code, nowhere.err],
      [1, `${file}.missing/copy cannot be written: unable to open database: ${file}.missing/copy.part.\n`],
    );
    await chat(file, ['backup', `${file}.copy`]);
    const again = await chat(file, ['restore', `${file}.copy`]);
    assert.is(again.code, 1);
    assert.match(again.err, /There is a file .*chat\.db already, and this command overwrites nothing/);
  }),
);

test(
  'a backup is whole or absent, replaces what an interrupted one left, and is an act',
  withFile(async (file) => {
    await writeEverything(file);
    writeFileSync(`${file}.copy.part`, 'half of it');
    mkdirSync(`${file}.copy.files.part`);
    writeFileSync(`${file}.copy.files.part/x`, 'half of it');
    const before = names(file);
    rmSync(`${file}.keys`, { force: true });
    mkdirSync(`${file}.keys`); // cannot be copied as a file
    assert.is((await chat(file, ['backup', `${file}.copy`])).code, 1);
    rmSync(`${file}.keys`, { recursive: true });
    assert.equal(
      names(file),
      before.filter((name) => !name.includes('.copy')),
    );
    assert.is((await chat(file, ['backup', `${file}.copy`])).code, 0);
    assert.equal(
      names(file).filter((name) => name.includes('.copy')),
      ['chat.db.copy', 'chat.db.copy.files'],
    );
    assert.equal(filesOf(`${file}.copy.files`), filesOf(`${file}.files`));
    const database = new DatabaseSync(file);
    const { made } = database.prepare("select count(*) as made from act where name = 'backup made'").get()!;
    database.close();
    assert.is(made, 2, 'one of them by the scene');
  }),
);

test(
  'restore refuses a file that is no backup, and leaves no database behind',
  withFile(async (file) => {
    writeFileSync(`${file}.text`, 'no database at all, '.repeat(100));
    for (const [given, sentence] of [
      [`${file}.text`, /cannot be restored/],
      [`${file}.missing`, /There is no file/],
    ] as const) {
      const { code, err } = await chat(file, ['restore', given]);
      assert.is(code, 1);
      assert.match(err, sentence);
      assert.not.ok(existsSync(file));
    }
  }),
);

test('a backup of a running server is sound, its log without a gap', async () => {
  await withServer(async (server, folder) => {
    await server.start();
    const ada = new Visitor(server.base);
    await ada.register('ada');
    const lobby = await ada.createRoom('lobby');
    const talk = ada.talk(lobby, 200);
    const { code } = await chat(`${folder}/chat.db`, ['backup', `${folder}/copy.db`]);
    assert.is(code, 0);
    await talk;
    assert.equal((await chat(`${folder}/copy.db`, ['check'])).code, 0);
    assert.equal((await chat(`${folder}/chat.db`, ['check'])).code, 0);
  });
});

test.run();

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../server/database/open.ts';
import { chat } from '../support/command.ts';
import { filesOf, fillWithEverything, rowsOf, writeFiles } from '../support/everything.ts';
import { withFile } from '../support/nouns.ts';
import { withServer } from '../support/server.ts';
import { Visitor } from '../support/visitor.ts';

const test = suite('backup and restore');

async function everythingIn(file: string): Promise<Record<string, unknown[]>> {
  const orm = await openDatabase(file);
  try {
    return await rowsOf(orm);
  } finally {
    await orm.close();
  }
}

test(
  'give back every kind of content, row for row and file for file',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    await fillWithEverything(orm);
    writeFileSync(`${file}.keys`, 'a key\n');
    writeFiles(`${file}.files`);
    const before = await rowsOf(orm);
    for (const [table, rows] of Object.entries(before)) assert.ok(rows.length > 0, table);
    const copied = await chat(file, ['backup', `${file}.copy`]); // while it is open
    assert.is(copied.code, 0, copied.err);
    await orm.close();

    const restored = `${file}.restored`;
    const outcome = await chat(restored, ['restore', `${file}.copy`]);
    assert.is(outcome.code, 0, outcome.err);
    assert.equal(await everythingIn(restored), before);
    assert.is(readFileSync(`${restored}.keys`, 'utf8'), 'a key\n');
    assert.equal(filesOf(`${restored}.files`), filesOf(`${file}.files`));
    assert.is((await chat(restored, ['check'])).code, 0);
  }),
);

test(
  'write over nothing',
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
      [1, `${file}.missing/copy cannot be written: unable to open database: ${file}.missing/copy.\n`],
    );
    await chat(file, ['backup', `${file}.copy`]);
    const again = await chat(file, ['restore', `${file}.copy`]);
    assert.is(again.code, 1);
    assert.match(again.err, /There is a file .*chat\.db already, which is not written over/);
  }),
);

test(
  'take no file that is no copy of a Plainchat, and leave none behind',
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

test('copy a moment of a server at work: a log without a gap, and sound', async () => {
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

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chat, type Outcome } from '../support/command.ts';
import { withDatabase } from '../support/database.ts';
import { fillWithEverything, writeEverything, writeFiles } from '../support/everything.ts';
import { withFile } from '../support/nouns.ts';

const test = suite('commands, on the database of this run');

/** Gives `work` a way to run commands on a database with every kind of content, and a folder. */
const withCommands = (
  work: (run: (...given: string[]) => Promise<Outcome>, folder: string) => Promise<void>,
) =>
  withFile(async (file) => {
    if (process.env.SPEC_DATABASE !== 'postgres') {
      await writeEverything(file);
      return work((...given) => chat(file, given), dirname(file));
    }
    writeFiles(`${file}.files`);
    await withDatabase(async (orm, where) => {
      await fillWithEverything(orm);
      await work((...given) => chat(file, given, { DATABASE_URL: where }), dirname(file));
    });
  });

test(
  'check it, count in it, and list who is there',
  withCommands(async (run) => {
    const check = await run('check');
    assert.is(check.code, 0, check.out + check.err);
    assert.match((await run('stats')).out, / 38 {2}messages/);
    assert.match((await run('users')).out, /^ada\tada@example\.org\t2026-01-01\t2026-01-01\toperator$/m);
  }),
);

test(
  'bring a room from one file of JSON lines into another room',
  withCommands(async (run, folder) => {
    const { out } = await run('export', 'study');
    writeFileSync(join(folder, 'study.jsonl'), out);
    const imported = await run('import', join(folder, 'study.jsonl'), 'ada');
    assert.is(imported.code, 0, imported.err);
    const [, id] = /\/rooms\/(\d+)/.exec(imported.out) ?? [];
    const again = await run('export', id!);
    assert.equal(again.out.split('\n').slice(1), out.split('\n').slice(1));
    assert.is((await run('check')).code, 0);
  }),
);

test(
  'log people out, and make operators',
  withCommands(async (run) => {
    assert.is((await run('end-sessions', 'grace')).out, '1 session of grace is ended.\n');
    assert.is((await run('operator', 'grace')).code, 0);
    assert.match((await run('reset-link', 'grace')).out, /\/reset\/[\w-]{32}\n$/);
  }),
);

test.run();

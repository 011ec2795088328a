import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { chat, type Outcome } from '../support/command.ts';
import { withDatabase } from '../support/database.ts';
import { withFile } from '../support/domain.ts';
import { fillWithEverything, writeEverything, writeFiles } from '../support/full-database.ts';

const test = suite('commands on the database of this run');

/** Gives `work` a function that runs commands on a database with every kind of content, and a folder. */
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
  'check, stats and users work on this database',
  withCommands(async (run) => {
    const check = await run('check');
    assert.is(check.code, 0, check.out + check.err);
    assert.match((await run('stats')).out, / 39 {2}messages/);
    assert.match((await run('users')).out, /^ada\tada@example\.org\t2026-01-01\t2026-01-01\toperator$/m);
  }),
);

test(
  'export and import copy a room through a file of JSON lines',
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
  'end-sessions, operator and reset-link work on this database',
  withCommands(async (run) => {
    assert.is((await run('end-sessions', 'grace')).out, '1 session of grace is ended.\n');
    assert.is((await run('operator', 'grace')).code, 0);
    assert.match((await run('reset-link', 'grace')).out, /\/reset\/[\w-]{32}\n$/);
  }),
);

test.run();

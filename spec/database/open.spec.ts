import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { migrations } from '../../server/database/migrations/index.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, houseOf, withFile, withHouse } from '../support/nouns.ts';

const test = suite('the database');

test(
  'has after its migrations the schema that the nouns describe',
  withHouse(async ({ orm }) => {
    const changes = await orm.schema.getUpdateSchemaSQL({ wrap: false });
    assert.equal(
      changes
        .split('\n')
        .filter((line) => line !== '' && !/^drop (trigger|function) if exists "(\w+_)?tell_/.test(line)),
      [],
    ); // what tables tell is no noun's
  }),
);

test('has its migrations in the order of their numbers, each once', () => {
  const names = migrations.map(({ name }) => name);
  assert.equal(names, [...new Set(names)].sort());
  for (const name of names) assert.match(name, /^\d{4}-[a-z-]+$/);
});

test(
  'is made on the first start, and keeps its rows on the next',
  withFile(async (file) => {
    assert.not.ok(existsSync(file));
    const first = await openDatabase(file);
    assert.ok(existsSync(file));
    await enrol(first, 'ada');
    const { room, enter, say } = houseOf(first);
    const lobby = await room('ada', 'lobby');
    await enter('ada', lobby);
    await say('ada', lobby, 'hello');
    await first.close();

    const second = await openDatabase(file);
    try {
      assert.equal(await houseOf(second).log(lobby), ['1 entered ada', '2 ada: hello']);
      assert.equal(await second.migrator.getPending(), []);
    } finally {
      await second.close();
    }
  }),
);

test(
  'is made once by servers that are started at once',
  withFile(async (file) => {
    const starts = await Promise.all(Array.from({ length: 4 }, () => openDatabase(file)));
    assert.equal(
      await Promise.all(starts.map(async (orm) => (await orm.migrator.getExecuted()).length)),
      starts.map(() => migrations.length),
    );
    await Promise.all(starts.map((orm) => orm.close()));
  }),
);

const pragmas = [
  ['lets nobody wait to read while somebody writes', 'journal_mode', 'wal'],
  ['has a commit on the disk before it is answered', 'synchronous', 2],
  ['refuses what refers to nothing', 'foreign_keys', 1],
  ['waits five seconds for another process', 'busy_timeout', 5000],
] as const;

for (const [what, pragma, value] of pragmas) {
  test(
    what,
    withFile(async (file) => {
      const orm = await openDatabase(file);
      try {
        for (const em of [orm.em.fork(), orm.em.fork()]) {
          const [row] = await em.execute<Record<string, unknown>[]>(`pragma ${pragma}`);
          assert.equal(Object.values(row ?? {}), [value]);
        }
      } finally {
        await orm.close();
      }
    }),
  );
}

test.run();

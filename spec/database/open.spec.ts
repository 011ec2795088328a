import { existsSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { migrations } from '../../server/database/migrations/index.ts';
import { migratorOf } from '../../server/database/migrator.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, houseOf, withFile, withHouse } from '../support/domain.ts';

const test = suite('database');

test(
  'the migrations make the schema that the entities describe',
  withHouse(async ({ orm }) => {
    const changes = await orm.schema.getUpdateSchemaSQL({ wrap: false });
    assert.equal(
      changes
        .split('\n')
        .filter((line) => line !== '' && !/^drop (trigger|function) if exists "(\w+_)?tell_/.test(line)),
      [],
    ); // triggers are not part of the entities
  }),
);

test('the migrations are in the order of their numbers, each once', () => {
  const names = migrations.map(({ name }) => name);
  assert.equal(names, [...new Set(names)].toSorted());
  for (const name of names) assert.match(name, /^\d{4}-[a-z-]+$/);
});

test(
  'the first start makes the database, and the next keeps its rows',
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
      assert.equal(await migratorOf(second).getPending(), []);
    } finally {
      await second.close();
    }
  }),
);

test(
  'servers that start at the same time make the database once',
  withFile(async (file) => {
    const starts = await Promise.all(Array.from({ length: 4 }, () => openDatabase(file)));
    assert.equal(
      await Promise.all(starts.map(async (orm) => (await migratorOf(orm).getExecuted()).length)),
      starts.map(() => migrations.length),
    );
    await Promise.all(starts.map((orm) => orm.close()));
  }),
);

const pragmas = [
  ['readers do not wait for a writer', 'journal_mode', 'wal'],
  ['a commit is on the disk before it returns', 'synchronous', 2],
  ['foreign keys are enforced', 'foreign_keys', 1],
  ['a writer waits five seconds for another process', 'busy_timeout', 5000],
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

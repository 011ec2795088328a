import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Migration } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/sqlite';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { databaseOptions } from '../../config/database.ts';
import { migrations } from '../../server/database/migrations/index.ts';
import { openDatabase } from '../../server/database/open.ts';
import { upgrade } from '../../server/database/upgrade.ts';
import { chat } from '../support/command.ts';
import { withDatabase } from '../support/database.ts';
import { filesOf, writeEverything } from '../support/everything.ts';
import { rowsAddedBy } from '../support/history.ts';
import { refusal, withFile } from '../support/nouns.ts';

const test = suite('an upgrade');

type Content = Record<string, Record<string, unknown>[]>;

/** Every row of every table but that of the migrations, and the schema. */
function contentOf(file: string): { rows: Content; schema: unknown[] } {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const schema = database
      .prepare(
        `select name, sql from sqlite_master where name not like 'sqlite%' and name not like 'mikro_orm%' order by name`,
      )
      .all();
    const tables = database
      .prepare(
        `select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like 'mikro_orm%'`,
      )
      .all();
    return {
      rows: Object.fromEntries(
        tables.map(({ name }) => [
          name,
          database
            .prepare(`select * from "${String(name)}" order by 1, 2`)
            .all()
            .map((row) => ({ ...row })),
        ]),
      ),
      schema,
    };
  } finally {
    database.close();
  }
}

/** A file as the version with this migration as its last made it, with rows in every table. */
async function madeBy(file: string, version: string): Promise<void> {
  const orm = await MikroORM.init(databaseOptions(file));
  await orm.migrator.up({ to: version });
  await orm.close();
  const database = new DatabaseSync(file);
  for (const { name } of migrations) {
    if (name <= version) database.exec(rowsAddedBy(name));
  }
  database.close();
}

const copiesOf = (file: string) =>
  readdirSync(dirname(file))
    .filter((name) => name.includes('.before-'))
    .sort();
const latest = migrations.at(-1)!.name.slice(0, 4);

for (const { name } of migrations.slice(0, -1)) {
  test(
    `from ${name} keeps every row as it was, in a sound file, and a copy of the file before`,
    withFile(async (file) => {
      await madeBy(file, name);
      const before = contentOf(file);
      for (const [table, rows] of Object.entries(before.rows))
        assert.ok(rows.length > 0, `${table} is empty in ${name}`);
      await (await openDatabase(file)).close();
      const after = contentOf(file);
      for (const [table, rows] of Object.entries(before.rows)) {
        assert.is(after.rows[table]!.length, rows.length, table);
        for (const [index, row] of rows.entries())
          assert.equal({ ...after.rows[table]![index], ...row }, { ...after.rows[table]![index] }, table);
      }
      for (const { author_id: author } of after.rows.attachment ?? [])
        assert.is(author, name < '0006' ? undefined : 1);
      assert.equal(copiesOf(file), [`chat.db.before-${latest}`]);
      assert.equal(contentOf(`${file}.before-${latest}`), before);
      const outcome = await chat(file, ['check'], { FILES_DIR: dirname(file) });
      assert.is(outcome.code, 0, outcome.out);
    }),
  );
}

test(
  'by servers that are started at once is made by one, which the others wait for, with one copy',
  withFile(async (file) => {
    await madeBy(file, '0002-members');
    const before = contentOf(file);
    const told: string[] = [];
    const starts = await Promise.all(
      [1, 2, 3].map(() => openDatabase(file, (sentence) => told.push(sentence))),
    );
    await Promise.all(starts.map((orm) => orm.close()));
    assert.equal(copiesOf(file), [`chat.db.before-${latest}`]);
    assert.equal(contentOf(`${file}.before-${latest}`), before);
    assert.equal(told, [
      `The data was brought up to date. As it was before, it is in ${file}.before-${latest}.`,
    ]);
  }),
);

if (process.env.SPEC_DATABASE === 'postgres') {
  test('on PostgreSQL is made by one of the servers that are started at once, which says that there is no copy', () =>
    withDatabase(async (orm, where) => {
      await orm.em.execute('create database upgraded');
      const address = where.replace(/[^/]+$/, 'upgraded');
      const old = await MikroORM.init(databaseOptions(address));
      await old.migrator.up({ to: '0002-members' });
      await old.close();
      const told: string[] = [];
      const starts = await Promise.all(
        [1, 2, 3].map(() => openDatabase(address, (sentence) => told.push(sentence))),
      );
      try {
        assert.is((await starts[0]!.migrator.getExecuted()).length, migrations.length);
        assert.is(told.length, 1);
        assert.match(told[0]!, /^The data is brought up to date\. No copy is made .*pg_dump/);
      } finally {
        for (const start of starts) await start.close();
        await orm.em.execute('drop database upgraded');
      }
    }));
}

class Adds extends Migration {
  override up(): void {
    for (const table of ['user', 'entry', 'attachment'])
      this.addSql(`alter table "${table}" add column "later" text null`);
    this.addSql('create table "afterwards" ("id" integer not null primary key, "what" text null)');
  }
}

/** Has a file brought up to date by a version that knows more migrations than this one. */
async function upgradeWith(
  file: string,
  ...more: { name: string; class: typeof Migration }[]
): Promise<void> {
  const options = databaseOptions(file);
  const orm = await MikroORM.init({
    ...options,
    migrations: { ...options.migrations, migrationsList: [...migrations, ...more] as never },
  });
  await upgrade(orm, file).finally(() => orm.close());
}

test(
  'of every kind of content changes no row and no file, and the copy is as it was',
  withFile(async (file) => {
    await writeEverything(file);
    const [before, files] = [contentOf(file), filesOf(`${file}.files`)];
    await upgradeWith(file, { name: '9998-adds', class: Adds });
    const { rows } = contentOf(file);
    assert.equal(rows, {
      ...Object.fromEntries(
        Object.entries(before.rows).map(([table, all]) => [
          table,
          all.map((row) => (['user', 'entry', 'attachment'].includes(table) ? { ...row, later: null } : row)),
        ]),
      ),
      afterwards: [],
    });
    assert.equal(contentOf(`${file}.before-9998`), before);
    assert.equal(filesOf(`${file}.files`), files);
  }),
);

test(
  'makes no copy of a file that is new, or up to date',
  withFile(async (file) => {
    for (let start = 0; start < 2; start += 1) await (await openDatabase(file)).close();
    assert.equal(copiesOf(file), []);
  }),
);

test(
  'writes over no earlier copy',
  withFile(async (file) => {
    for (let time = 0; time < 2; time += 1) {
      await madeBy(`${file}${time}`, '0002-members');
      const database = new DatabaseSync(`${file}${time}`);
      database.exec(`vacuum into '${file}.before-${latest}${time ? '-2' : ''}'`);
      database.close();
    }
    await madeBy(file, '0002-members');
    await (await openDatabase(file)).close();
    assert.ok(existsSync(`${file}.before-${latest}-3`));
  }),
);

class Works extends Migration {
  override up(): void {
    this.addSql('create table "later" ("id" integer not null primary key)');
    this.addSql(`update "user" set "username" = 'somebody'`);
  }
}

class Fails extends Migration {
  override up(): void {
    this.addSql('alter table "nothing" add column "x" integer null');
  }
}

test(
  'that fails leaves the file as it was, down to the last row, and says so',
  withFile(async (file) => {
    await madeBy(file, migrations.at(-1)!.name);
    const before = contentOf(file);
    const { message } = await refusal(
      Error,
      upgradeWith(file, { name: '9998-works', class: Works }, { name: '9999-fails', class: Fails }),
    );
    assert.match(
      message,
      /could not be brought up to date, and is as it was; a copy of it is .*\.before-9999\..*nothing/,
    );
    assert.equal(contentOf(file), before);
    assert.equal(contentOf(`${file}.before-9999`), before);
    await (await openDatabase(file)).close(); // with the version that one had
  }),
);

test(
  'is refused to a file of a later version, by the server and by commands, and nothing is changed',
  withFile(async (file) => {
    await (await openDatabase(file)).close();
    const database = new DatabaseSync(file);
    database.exec(
      `insert into mikro_orm_migrations (name, executed_at) values ('9999-later', current_timestamp)`,
    );
    database.close();
    assert.match(
      (await refusal(Error, openDatabase(file))).message,
      /^The data is of a later version of Plainchat, which knows 9999-later\. Run that version/,
    );
    const outcome = await chat(file, ['stats']);
    assert.is(outcome.code, 1);
    assert.match(outcome.err, /later version/);
    assert.equal(copiesOf(file), []);
  }),
);

test.run();

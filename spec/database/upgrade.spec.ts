import { Migration } from '@mikro-orm/migrations';
import type { MigrationObject } from '@mikro-orm/sql';
import { MikroORM } from '@mikro-orm/sqlite';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { migrations } from '../../server/database/migrations/index.ts';
import { migratorOf } from '../../server/database/migrator.ts';
import { openDatabase } from '../../server/database/open.ts';
import { databaseOptions } from '../../server/database/options.ts';
import { upgrade } from '../../server/database/upgrade.ts';
import { chat } from '../support/command.ts';
import { inMemory, withDatabase } from '../support/database.ts';
import { refusal, withFile } from '../support/domain.ts';
import { filesOf, writeEverything } from '../support/full-database.ts';
import { rowsAddedBy } from '../support/old-rows.ts';

const test = suite('upgrade');

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

/** An empty database of each version, as its file. Each is made from the one before. */
let emptyVersions: Promise<Map<string, Uint8Array>> | undefined;

async function makeEmptyVersions(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const orm = await MikroORM.init(databaseOptions(':memory:'));
  const database = await inMemory(orm);
  for (const { name } of migrations) {
    await migratorOf(orm).up({ to: name });
    files.set(name, database.serialize());
  }
  await orm.close();
  return files;
}

/** Makes a file of the version whose last migration is `version`, with rows in every table. */
async function makeVersion(file: string, version: string): Promise<void> {
  emptyVersions ??= makeEmptyVersions();
  writeFileSync(file, (await emptyVersions).get(version)!);
  const database = new DatabaseSync(file);
  database.exec('pragma journal_mode = wal'); // as the server leaves it
  database.exec('begin');
  for (const { name } of migrations) {
    if (name <= version) database.exec(rowsAddedBy(name, version));
  }
  database.exec('commit');
  database.close();
}

const copiesOf = (file: string) =>
  readdirSync(dirname(file))
    .filter((name) => name.includes('.before-'))
    .toSorted();
/** The index of the search, which can be made again from the log. */
const INDEX = /^search(_|ed_room)/;
const latest = migrations.at(-1)!.name.slice(0, 4);

for (const { name } of migrations.slice(0, -1)) {
  test(
    `an upgrade from ${name} keeps every row, passes the check, and keeps a copy of the file as it was`,
    withFile(async (file) => {
      await makeVersion(file, name);
      const before = contentOf(file);
      for (const [table, rows] of Object.entries(before.rows))
        assert.ok(rows.length > 0, `${table} is empty in ${name}`);
      await (await openDatabase(file)).close();
      const after = contentOf(file);
      for (const [table, rows] of Object.entries(before.rows)) {
        if (INDEX.test(table) && name < '0042') {
          assert.equal(after.rows[table], [], `${table} is made again`);
          continue;
        }
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
  'a copy from before an upgrade is whole: what an interrupted one left has another name, and the latest two are kept',
  withFile(async (file) => {
    await makeVersion(file, '0002-members');
    const old = [`${file}.before-0003`, `${file}.before-0003-2`, `${file}.before-0007`];
    for (const [index, copy] of old.entries()) {
      writeFileSync(copy, 'a copy');
      utimesSync(copy, index + 1, index + 1);
    }
    writeFileSync(`${file}.before-mine`, 'not ours');
    writeFileSync(`${file}.before-${latest}.part`, 'half of a copy');
    const messages: string[] = [];
    await (await openDatabase(file, (sentence) => messages.push(sentence))).close();
    assert.equal(copiesOf(file), ['chat.db.before-0007', `chat.db.before-${latest}`, 'chat.db.before-mine']);
    assert.is(contentOf(`${file}.before-${latest}`).rows.user!.length, 2);
    assert.match(messages[1]!, /^The latest 2 copies are kept\. Removed: .*before-0003-2, .*before-0003\.$/);
  }),
);

test(
  'when several servers start at once, one upgrades with one copy, and the others wait',
  withFile(async (file) => {
    await makeVersion(file, '0002-members');
    const before = contentOf(file);
    const messages: string[] = [];
    const starts = await Promise.all(
      [1, 2, 3].map(() => openDatabase(file, (sentence) => messages.push(sentence))),
    );
    await Promise.all(starts.map((orm) => orm.close()));
    assert.equal(copiesOf(file), [`chat.db.before-${latest}`]);
    assert.equal(contentOf(`${file}.before-${latest}`), before);
    assert.equal(messages, [
      `The data was upgraded. A copy from before the upgrade is ${file}.before-${latest}.`,
    ]);
  }),
);

if (process.env.SPEC_DATABASE === 'postgres') {
  test('when several servers start at once on PostgreSQL, one upgrades, and says that there is no copy', () =>
    withDatabase(async (orm, where) => {
      await orm.em.execute('create database upgraded');
      const address = where.replace(/[^/]+$/, 'upgraded');
      const old = await MikroORM.init(databaseOptions(address));
      await migratorOf(old).up({ to: '0002-members' });
      await old.close();
      const messages: string[] = [];
      const starts = await Promise.all(
        [1, 2, 3].map(() => openDatabase(address, (sentence) => messages.push(sentence))),
      );
      try {
        assert.is((await migratorOf(starts[0]!).getExecuted()).length, migrations.length);
        assert.is(messages.length, 1);
        assert.match(messages[0]!, /^The data is being upgraded\. Plainchat makes no copy .*pg_dump/);
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

/** Upgrades a file with more migrations than this version has. */
async function upgradeWith(file: string, ...more: MigrationObject[]): Promise<void> {
  const orm = await MikroORM.init(databaseOptions(file));
  const migrator = migratorOf(orm, [...migrations, ...more]);
  try {
    await upgrade(orm, file, undefined, migrator);
  } finally {
    await orm.close();
  }
}

test(
  'an upgrade with every kind of content changes no row and no file, and its copy is as before',
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
  'a new or up-to-date file gets no copy',
  withFile(async (file) => {
    for (let start = 0; start < 2; start += 1) await (await openDatabase(file)).close();
    assert.equal(copiesOf(file), []);
  }),
);

test(
  'an upgrade overwrites no earlier copy',
  withFile(async (file) => {
    for (let time = 0; time < 2; time += 1) {
      await makeVersion(`${file}${time}`, '0002-members');
      const database = new DatabaseSync(`${file}${time}`);
      database.exec(`vacuum into '${file}.before-${latest}${time ? '-2' : ''}'`);
      database.close();
    }
    await makeVersion(file, '0002-members');
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
  'a failed upgrade leaves the file as it was, down to the last row, and says so',
  withFile(async (file) => {
    await makeVersion(file, migrations.at(-1)!.name);
    const before = contentOf(file);
    const { message } = await refusal(
      Error,
      upgradeWith(file, { name: '9998-works', class: Works }, { name: '9999-fails', class: Fails }),
    );
    assert.match(
      message,
      /^The upgrade of .* failed\. The file is unchanged, and a copy of it is .*\.before-9999\..*nothing/,
    );
    assert.equal(contentOf(file), before);
    assert.equal(contentOf(`${file}.before-9999`), before);
    await (await openDatabase(file)).close(); // this version still opens it
  }),
);

test(
  'the server and the commands refuse a file of a later version, and change nothing',
  withFile(async (file) => {
    await (await openDatabase(file)).close();
    const database = new DatabaseSync(file);
    database.exec(
      `insert into mikro_orm_migrations (name, executed_at) values ('9999-later', current_timestamp)`,
    );
    database.close();
    assert.match(
      (await refusal(Error, openDatabase(file))).message,
      /^The data is of a later version of Plainchat, with the migration 9999-later\. Run that version/,
    );
    const outcome = await chat(file, ['stats']);
    assert.is(outcome.code, 1);
    assert.match(outcome.err, /later version/);
    assert.equal(copiesOf(file), []);
  }),
);

test.run();

import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import type { SqliteConnection } from '@mikro-orm/sqlite';
import * as assert from 'uvu/assert';
import { User } from '../../server/chat/user.ts';
import { SqliteLookups } from '../../server/database/sqlite-lookups.ts';
import { routes } from '../../server/routes/index.ts';
import { withApp, type World } from '../support/app.ts';
import { suite } from '../support/suite.ts';
import { bare } from '../support/visitor.ts';

const test = suite('plans of what is read');

/** Answers that go over a whole table by their nature: what a user saves of a room or of all their data. */
const WHOLE = /\/transcript\b|\/settings\/data|\/stream$/;

/** What may be read whole, and why. */
const READ_WHOLE: [what: RegExp, why: string][] = [
  [/ from attachment$/, 'the storage that operators see, by an index'],
  [/ from telling t$/, 'the queue that operators see'],
  [/ from search_segment /, 'each stands for thousands of messages'],
];

/** Runs `work`, and returns what it reads over a connection: each statement with its plan. */
async function planned(database: Database, work: () => Promise<void>): Promise<Map<string, string[]>> {
  const plans = new Map<string, string[]>();
  const prepare = database.prepare.bind(database);
  database.prepare = (sql: string) => {
    if (/^\s*(select|with)\b/i.test(sql) && !plans.has(sql)) plans.set(sql, planOf(database, sql));
    return prepare(sql);
  };
  try {
    await work();
  } finally {
    database.prepare = prepare;
  }
  return plans;
}

/** By the class's own way: that of this connection is watched. */
const planOf = (database: Database, sql: string): string[] =>
  Sqlite.prototype.prepare
    .call<Database, [string], Statement<unknown[], { detail: string }>>(database, `explain query plan ${sql}`)
    .all(...Array(sql.split('?').length - 1).fill(null))
    .map(({ detail }) => detail);

/** The tables of a statement by the names that its plan has for them; without those that it makes itself. */
const tablesOf = (sql: string): string[] => {
  const made = [...sql.matchAll(/\b(?:with|,)\s+(\w+)\s*(?:\([^()]*\))?\s+as\s+\(/gi)].map(
    ([, name]) => name,
  );
  return [...sql.matchAll(/\b(?:from|join)\s+"?(\w+)"?(?:\s+(?:as\s+)?(\w+))?/gi)]
    .filter(([, table]) => !made.includes(table))
    .flatMap(([, table, name]) => [table!, ...(name ? [name] : [])]);
};

/** What a plan goes over whole, though the statement does not say how many rows it takes at most. */
const wholeOf = (sql: string, plan: string[]): string[] =>
  plan.filter(
    (step) =>
      /^MATERIALIZE \(join|AUTOMATIC/.test(step) ||
      (tablesOf(sql).includes(/^SCAN (\w+)/.exec(step)?.[1] ?? '') &&
        !/\blimit\b/i.test(sql) &&
        !/VIRTUAL TABLE/.test(step)),
  );

/** A room with a mention; then every address that is read, asked for by its administrator, who is an operator. */
async function readAll(world: World): Promise<void> {
  const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
  const lobby = await ada.createRoom('lobby');
  for (const one of [ada, grace]) await one.enter(lobby);
  await ada.say(lobby, 'hello @grace');
  await world.em().nativeUpdate(User, { username: 'ada' }, { operator: true });
  const paths = routes()
    .stack.filter(({ methods, path }) => methods.includes('GET') && !WHOLE.test(String(path)))
    .map(({ path }) => String(path).replace(':id', String(lobby)).replace(':seq', '3'))
    .map((path) => path.replace(':username', 'grace').replace(/:\w+/g, '1'));
  for (const path of [...paths, '/poll?after=0', `/rooms/${lobby}?before=2`, '/search?q=hello'])
    await bare(world.base, { path, headers: { Cookie: ada.cookieHeader } });
}

test(
  'nothing that is asked for reads a table whole: it would get slower by what others left behind',
  withApp(
    async (world) => {
      const database = await (world.em().getConnection() as SqliteConnection).getNativeClient();
      const plans = await planned(database, async () => {
        new SqliteLookups(database, { isOnlyConnection: true }).settled(); // with what polls look up
        await readAll(world);
      });
      assert.ok(plans.size > 70, `only ${plans.size} statements were seen`);
      const whole = [...plans]
        .flatMap(([sql, plan]) =>
          wholeOf(sql, plan).map((step) => `${step}: ${sql.replace(/\s+/g, ' ').trim()}`),
        )
        .filter((line) => !READ_WHOLE.some(([what]) => what.test(line)));
      assert.equal(whole, []);
    },
    { rateLimits: false },
  ),
);

test.run();

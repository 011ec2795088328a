import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { User } from '../../server/chat/user.ts';
import { ignoreDiskFull, isUnreachable, refusedByGuard } from '../../server/database/errors.ts';
import { withApp, type World } from '../support/app.ts';
import { refusal } from '../support/domain.ts';
import { labelled, valueOf, words } from '../support/visitor.ts';

const test = suite('full database');

const TABLES = ['entry', 'membership', 'presence', 'room'];

/** Makes PostgreSQL refuse writes as on a full disk. Returns a function that ends it. */
async function fill({ orm }: World): Promise<() => Promise<void>> {
  const run = async (...lines: string[]) => {
    for (const line of lines) await orm.em.fork().execute(line);
  };
  await run(
    `create or replace function without_room() returns trigger language plpgsql as $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`,
    ...TABLES.map(
      (table) =>
        `create trigger without_room before insert or update on "${table}" for each statement execute function without_room()`,
    ),
  );
  return () => run(...TABLES.map((table) => `drop trigger without_room on "${table}"`));
}

// A full disk under SQLite: spec/stories/faults.spec.ts.
if (process.env.SPEC_DATABASE === 'postgres')
  test(
    'a full disk refuses posts with a sentence and keeps their text; reading goes on, and posting once there is space',
    withApp(async (world) => {
      const ada = await world.cast('ada');
      const lobby = await ada.createRoom('lobby');
      await ada.say(lobby, 'before');
      await ada.get(`/rooms/${lobby}`); // leaves a read marker to store
      const makeRoom = await fill(world);
      const key = 'a-key-that-is-kept';
      const byForm = await ada.say(lobby, 'kept', { key });
      assert.equal([byForm.status, byForm.headers.get('Retry-After')], [503, '10']);
      assert.match(
        words(byForm.page.querySelector('main .problems, main [role="alert"]')),
        /Nothing can be stored at the moment.*disk is full.*send it again later/,
      );
      assert.is(valueOf(labelled(byForm, 'Message')), 'kept');
      assert.is((await ada.sayJson(lobby, 'kept', { key })).status, 503);
      for (const path of [`/poll?room=${lobby}&after=0`, `/rooms/${lobby}`, '/rooms', '/readyz'])
        assert.is((await ada.get(path)).status, 200, path);
      assert.equal(await ada.log(lobby), ['ada entered', 'ada: before']);
      await makeRoom();
      for (const status of [201, 200]) assert.is((await ada.sayJson(lobby, 'kept', { key })).status, status);
      assert.equal(await ada.log(lobby), ['ada entered', 'ada: before', 'ada: kept']);
    }),
  );

test('ignoreDiskFull swallows errors of a full disk, and throws any other', async () => {
  for (const code of ['SQLITE_FULL', '53100', 'ENOSPC']) {
    ignoreDiskFull(Object.assign(new Error(), { code }));
    ignoreDiskFull(new Error('x', { cause: { code } }));
  }
  for (const error of [
    new Error(),
    Object.assign(new Error(), { code: 'SQLITE_BUSY' }),
    Object.assign(new Error(), { code: '53200' }),
  ])
    await refusal(Error, () => ignoreDiskFull(error));
});

test('a message to PostgreSQL that is broken is no outage', () => {
  assert.not.ok(isUnreachable(Object.assign(new Error(), { code: '08P01' })));
  assert.ok(isUnreachable(Object.assign(new Error(), { code: '08006' })));
});

for (const [what, value] of [
  ['NUL', 'a\0b'],
  ['a high surrogate', 'a\ud800'],
  ['a low surrogate', '\udfffa'],
] as const)
  test(
    `no statement has ${what} in a value: it is refused, by the ORM and by readers`,
    withApp(async ({ em, reader }) => {
      const acts: (() => Promise<unknown>)[] = [
        () => em().findOne(User, { username: value }),
        () => em().nativeUpdate(User, { id: 1 }, { username: value }),
        () => em().execute('select cast(? as text) as one', [value]),
        () => em().transactional((own) => own.find(User, { username: { $in: ['ada', value] } })),
        async () => reader.rows('select cast(? as text) as one', value),
      ];
      for (const act of acts) {
        const error: unknown = await act().catch((thrown: unknown) => thrown);
        const refused = error instanceof Invalid ? error : refusedByGuard(error);
        assert.match(refused?.message ?? '', /invalid character/, act.toString());
      }
    }),
  );

test.run();

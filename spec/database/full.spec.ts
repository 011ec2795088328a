import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unlessFull } from '../../server/database/full.ts';
import { withApp, type World } from '../support/app.ts';
import { refusal } from '../support/nouns.ts';
import { labelled, valueOf, words } from '../support/visitor.ts';

const test = suite('a database without room');

const TABLES = ['entry', 'membership', 'presence', 'room'];

/** Has PostgreSQL say what it says where there is no room. Returns how to take that back. */
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

// Of a file without room: spec/stories/faults.spec.ts.
if (process.env.SPEC_DATABASE === 'postgres')
  test(
    'refuses what is sent in words, keeps it in its field, shows what is there, and takes it once there is room',
    withApp(async (world) => {
      const ada = await world.cast('ada');
      const lobby = await ada.createRoom('lobby');
      await ada.say(lobby, 'before');
      await ada.get(`/rooms/${lobby}`); // that this was read is still to be written down
      const makeRoom = await fill(world);
      const key = 'a-key-that-is-kept';
      const byForm = await ada.say(lobby, 'kept', { key });
      assert.equal([byForm.status, byForm.headers.get('Retry-After')], [503, '10']);
      assert.match(
        words(byForm.page.querySelector('main [role="alert"]')),
        /Nothing can be stored at the moment.*send it again in a while/,
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

test('is told from all else that goes wrong', async () => {
  for (const code of ['SQLITE_FULL', '53100', 'ENOSPC']) {
    unlessFull(Object.assign(new Error(), { code }));
    unlessFull(new Error('x', { cause: { code } }));
  }
  for (const error of [
    new Error(),
    Object.assign(new Error(), { code: 'SQLITE_BUSY' }),
    Object.assign(new Error(), { code: '53200' }),
  ])
    await refusal(Error, () => unlessFull(error));
});

test.run();

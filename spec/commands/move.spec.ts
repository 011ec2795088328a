import { writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { befriend } from '../../server/chat/friendship.ts';
import { Presence } from '../../server/chat/presence.ts';
import { beginSession, findSession } from '../../server/chat/session.ts';
import { signingKeys } from '../../server/chat/signing-key.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { chat } from '../support/command.ts';
import { enrol, houseOf, NOW, withFile } from '../support/nouns.ts';
import { withPostgres } from '../support/postgres.ts';

const test = suite('the move to PostgreSQL');

/** A file in which people have talked, been made and unmade members, and are. */
async function livedIn(file: string): Promise<void> {
  const orm = await openDatabase(file);
  try {
    for (const username of ['ada', 'grace', 'linus']) await enrol(orm, username);
    const { em, room, enter, say, add, remove, to } = houseOf(orm);
    await room('ada', 'gone');
    const lobby = await room('ada', 'lobby');
    for (const username of ['ada', 'grace', 'linus']) await enter(username, lobby);
    for (let count = 1; count <= 1200; count += 300) for (const body of ['hello', 'two\nlines', '"quoted" \\ and مرحبا', '😀 𝒳']) await say('ada', lobby, `${body} ${count}`);
    await remove('ada', lobby, 'linus');
    await add('ada', await room('ada', 'cellar', 'invite'), 'grace');
    await to('ada', 'grace', (inner, ada, grace) => befriend(inner, ada, grace, NOW));
    const ada = await em().findOneOrFail(User, { username: 'ada' });
    await beginSession(em(), 'a cookie', { userId: ada.id, csrf: 'a token' }, NOW);
    writeFileSync(`${file}.keys`, 'new\nold\n');
  } finally {
    await orm.close();
  }
}

test('brings all over, in which people talk on, with the sessions that they have', withFile((file) => withPostgres(async (postgres) => {
  await livedIn(file);
  const address = await postgres.create();
  const { code, out, err } = await chat(file, ['move', '--to', address]);
  assert.is(code, 0, err);
  for (const line of ['user: 3', 'room: 3', 'entry: 21', 'presence: 2', 'ban: 1', 'session: 1']) assert.match(out, new RegExp(`^${line}$`, 'm'));
  assert.match(out, /^All is copied.*DATABASE_URL/m);
  const [before, after] = [await openDatabase(file), await openDatabase(address)];
  try {
    const [old, house] = [houseOf(before), houseOf(after)];
    assert.equal(await house.log(2), await old.log(2));
    assert.equal(await house.members(3), ['ada admin', 'grace member']);
    assert.equal((await house.em().find(Presence, {}, { orderBy: { user: 'asc' } })).map(({ expiresAt, closing }) => [expiresAt.getTime(), closing]), (await old.em().find(Presence, {}, { orderBy: { user: 'asc' } })).map(({ expiresAt, closing }) => [expiresAt.getTime(), closing]));
    assert.is((await house.em().findOneOrFail(User, { username: 'ada' })).foundByEmail, true);
    assert.equal((await findSession(house.em(), 'a cookie', NOW))?.csrf, 'a token');
    assert.equal(await signingKeys(house.em(), 'fresh', NOW), ['new', 'old']);
    await house.say('ada', 2, 'still here');
    assert.is(await house.room('ada', 'next'), 4, 'numbers go on where they were');
  } finally {
    await before.close();
    await after.close();
  }
  const again = await chat(file, ['move', '--to', address]);
  assert.is(again.code, 1);
  assert.match(again.err, /not empty/);
})));

test('says how it is used, and what is missing', withFile(async (file) => {
  assert.is((await chat(file, ['move'])).code, 2);
  for (const given of [['--to', '/tmp/other.db'], ['to', 'postgres://127.0.0.1/chat']]) {
    const { code, err } = await chat(file, ['move', ...given]);
    assert.equal([code, err.includes('move --to postgres://user:password@host/database')], [1, true]);
  }
  const missing = await chat(file, ['move', '--to', 'postgres://127.0.0.1:1/chat']);
  assert.equal([missing.code, missing.err.includes('There is no database at')], [1, true]);
  await (await openDatabase(file)).close();
  const unreached = await chat(file, ['move', '--to', 'postgres://127.0.0.1:1/chat']);
  assert.equal([unreached.code, unreached.out], [1, '']);
  assert.not.match(unreached.err, /\n +at /);
}));

test.run();

import { PostgreSqlDriver } from '@mikro-orm/postgresql';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Membership } from '../../server/chat/membership.ts';
import { withApp, type World } from '../support/app.ts';
import type { Visitor } from '../support/visitor.ts';

const test = suite('idle polls');

/** What only the usual way sets: an answer without it came past the middleware. */
const isUsual = (answer: { headers: Headers }) => answer.headers.has('Content-Security-Policy');

async function adaInLobby({ cast }: World): Promise<{ ada: Visitor; lobby: number }> {
  const ada = await cast('ada');
  return { ada, lobby: await ada.createRoom('lobby') };
}

test('are answered past the middleware, with next to nothing, where the database is a file', withApp(async (world) => {
  const { ada, lobby } = await adaInLobby(world);
  const answer = await ada.poll(lobby, 1);
  assert.is(answer.status, 204);
  assert.is(isUsual(answer), world.orm.driver instanceof PostgreSqlDriver);
  assert.is(answer.headers.get('Cache-Control'), 'no-store');
}));

const usual: [what: string, path: (lobby: number) => string, status: number][] = [
  ['something is new', (lobby) => `/poll?room=${lobby}&after=0`, 200],
  ['nothing was seen yet', (lobby) => `/poll?room=${lobby}`, 200],
  ['more was seen than there is', (lobby) => `/poll?room=${lobby}&after=9`, 200],
  ['the room is another', (lobby) => `/poll?room=${lobby + 1}&after=1`, 404],
  ['the number is none', (lobby) => `/poll?room=${lobby}&after=1e0`, 422],
];
for (const [what, path, status] of usual) {
  test(`go the usual way where ${what}`, withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    const answer = await ada.getJson(path(lobby));
    assert.is(answer.status, status);
    assert.ok(isUsual(answer));
  }));
}

test('end with the session, the presence and the membership, at the very next one', withApp(async (world) => {
  const { ada, lobby } = await adaInLobby(world);
  assert.is((await ada.poll(lobby, 1)).status, 204);
  const cookies = new Map(ada.cookies);
  await ada.leave(lobby);
  assert.is((await ada.poll(lobby, 2)).status, 409);
  await ada.enter(lobby);
  assert.is((await ada.poll(lobby, 3)).status, 204);
  await ada.post('/logout');
  for (const [name, value] of cookies) ada.cookies.set(name, value);
  assert.is((await ada.poll(lobby, 4)).status, 401);
}));

test('need a cookie that is signed by us', withApp(async (world) => {
  const { ada, lobby } = await adaInLobby(world);
  ada.cookies.set('sid.sig', 'x'.repeat(27));
  assert.is((await ada.poll(lobby, 1)).status, 401);
}));

test('are signs of life, and tell how far the log was shown', withApp(async (world) => {
  const { ada, lobby } = await adaInLobby(world);
  for (let minute = 0; minute < 20; minute += 1) {
    world.clock.pass(60_000);
    assert.is((await ada.poll(lobby, 1)).status, 204);
    await world.leases.tick();
  }
  assert.is((await world.em().findOneOrFail(Membership, { room: lobby })).readSeq, 1);
}));

test('keep a session that would end without them', withApp(async (world) => {
  const { ada, lobby } = await adaInLobby(world);
  for (let day = 0; day < 40; day += 1) {
    world.clock.pass(86_400_000);
    assert.is((await ada.poll(lobby, 1)).status, 204);
  }
}));

test.run();

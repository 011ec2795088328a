import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Membership } from '../../server/chat/membership.ts';
import { withApp, type World } from '../support/app.ts';
import { bare, type Visitor } from '../support/visitor.ts';

const test = suite('poll endpoint');

/** Only the middleware sets this header: an answer without it took the fast path. */
const isFromMiddleware = (answer: { headers: Headers }) => answer.headers.has('Content-Security-Policy');

async function adaInLobby({ cast }: World): Promise<{ ada: Visitor; lobby: number }> {
  const ada = await cast('ada');
  return { ada, lobby: await ada.createRoom('lobby') };
}

test(
  'the fast path answers a poll without news, with few headers',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    const answer = await ada.poll(lobby, 1);
    assert.is(answer.status, 204);
    assert.not.ok(isFromMiddleware(answer));
    assert.is(answer.headers.get('Cache-Control'), 'no-store');
  }),
);

const viaMiddleware: [what: string, path: (lobby: number) => string, status: number][] = [
  ['nothing was shown yet', (lobby) => `/poll?room=${lobby}`, 200],
  ['`after` is above the last seq', (lobby) => `/poll?room=${lobby}&after=9`, 200],
  ['the room does not exist', (lobby) => `/poll?room=${lobby + 1}&after=1`, 404],
  ['`after` is no number', (lobby) => `/poll?room=${lobby}&after=1e0`, 422],
];
for (const [what, path, status] of viaMiddleware) {
  test(
    `the middleware answers a poll when ${what}`,
    withApp(async (world) => {
      const { ada, lobby } = await adaInLobby(world);
      const answer = await ada.getJson(path(lobby));
      assert.is(answer.status, status);
      assert.ok(isFromMiddleware(answer));
    }),
  );
}

/** A room with every kind of notice, and a member who reads its log. */
async function eventful(world: World): Promise<{ grace: Visitor; lobby: number }> {
  const { ada, lobby } = await adaInLobby(world);
  const [grace, linus] = [await world.cast('grace'), await world.cast('linus')];
  for (const person of [grace, linus]) await person.enter(lobby);
  await ada.sayJson(lobby, 'a < b\n& "c" https://example.org');
  await ada.post(`/rooms/${lobby}/rename`, { name: 'hall & "co"' });
  await ada.post(`/rooms/${lobby}/members/grace/role`, { role: 'admin' });
  await linus.leave(lobby);
  await ada.post(`/rooms/${lobby}/members/linus/remove`);
  await ada.post(`/rooms/${lobby}/members`, { username: 'linus' });
  return { grace, lobby };
}

test(
  'the fast path answers polls with news, with the same entries as the history',
  withApp(async (world) => {
    const { grace, lobby } = await eventful(world);
    for (let after = 0; after < 9; after += 1) {
      const answer = await grace.poll(lobby, after);
      assert.not.ok(isFromMiddleware(answer));
      assert.equal(answer.json(), (await grace.getJson(`/rooms/${lobby}/entries?after=${after}`)).json());
      assert.is(answer.json().entries.length, 9 - after);
    }
  }),
);

test(
  'the middleware answers a poll with more news than one answer holds',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    await ada.talk(lobby, 201);
    assert.ok(isFromMiddleware(await ada.poll(lobby, 0)));
    const latest = await ada.poll(lobby, 2);
    assert.not.ok(isFromMiddleware(latest));
    assert.is(latest.json().entries.length, 200);
  }),
);

test(
  'a poll has a link in place of messages by users the reader has blocked',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    const grace = await world.cast('grace');
    await grace.enter(lobby);
    await ada.sayJson(lobby, 'hello');
    const folded = async (reader: Visitor) => {
      const answer = await reader.poll(lobby, 0);
      assert.equal(answer.json(), (await reader.getJson(`/rooms/${lobby}/entries?after=0`)).json());
      return answer.json().entries.map((entry: { folded?: boolean }) => Boolean(entry.folded));
    };
    assert.equal(await folded(grace), [false, false, false]);
    await grace.post('/people/ada/block');
    assert.equal(await folded(grace), [false, false, true]);
    assert.equal(await folded(ada), [false, false, false]);
    await grace.post('/people/ada/unblock');
    assert.equal(await folded(grace), [false, false, false]);
  }),
);

test(
  'a poll shows the current usernames',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    const authors = async () =>
      (await ada.poll(lobby, 0)).json().entries.map(({ author }: { author: string }) => author);
    assert.equal(await authors(), ['ada']);
    await ada.post('/settings/username', { username: 'Ada' });
    assert.equal(await authors(), ['Ada']);
  }),
);

test(
  'the first poll after a removal is refused',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    const grace = await world.cast('grace');
    await grace.enter(lobby);
    assert.is((await grace.poll(lobby, 2)).status, 204);
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.is((await grace.poll(lobby, 2)).json().ended, 'removed');
  }),
);

test(
  'the first poll after a session was ended elsewhere is refused',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    const elsewhere = world.visitor();
    await elsewhere.logIn('ada');
    assert.is((await ada.poll(lobby, 1)).status, 204);
    await elsewhere.post('/settings/password', { current: 'correct horse', password: 'battery staple' });
    assert.is((await ada.poll(lobby, 1)).status, 401);
    assert.is((await elsewhere.poll(lobby, 1)).status, 204);
  }),
);

test(
  'the fast path sends no header that HTTP/1.1 does not need',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    const { headers } = await bare(world.base, {
      path: `/poll?room=${lobby}&after=1`,
      headers: { Cookie: ada.cookieHeader, Host: 'chat.example' },
    });
    assert.equal(Object.keys(headers).toSorted(), ['cache-control', 'cross-origin-resource-policy', 'date']);
  }),
);

test(
  'the first poll after leaving is refused with 409, and after logging out with 401',
  withApp(async (world) => {
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
  }),
);

test(
  'a poll needs a signed cookie',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    ada.cookies.set('sid.sig', 'x'.repeat(27));
    assert.is((await ada.poll(lobby, 1)).status, 401);
  }),
);

test(
  'a poll is a sign of life, and moves the read marker',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    for (let minute = 0; minute < 20; minute += 1) {
      world.clock.pass(60_000);
      assert.is((await ada.poll(lobby, 1)).status, 204);
      await world.tick();
    }
    assert.is((await world.em().findOneOrFail(Membership, { room: lobby })).readSeq, 1);
  }),
);

test(
  'polls keep a session alive',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    for (let day = 0; day < 40; day += 1) {
      world.clock.pass(86_400_000);
      assert.is((await ada.poll(lobby, 1)).status, 204);
    }
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { eventually } from '../support/browser.ts';
import { type Postgres, withPostgres } from '../support/postgres.ts';
import { type Server, withServers } from '../support/server.ts';
import { torture } from '../support/torture.ts';
import { type Answer, labelled, titleOf, valueOf, Visitor, words } from '../support/visitor.ts';

const test = suite('two processes');

/** What one has changed is seen at the other within this, in milliseconds. */
const SEEN_MS = 1000;

/** The same person's browser, sent to the other server. */
function at(server: Server, person: Visitor): Visitor {
  const other = new Visitor(server.base);
  for (const [name, value] of person.cookies) other.cookies.set(name, value);
  return other;
}

/** Grace is in ada's lobby at the first server, and polls at the second. */
async function lobbyOfTwo(one: Server, two: Server) {
  const [ada, grace] = [new Visitor(one.base), new Visitor(one.base)];
  await ada.register('ada');
  await grace.register('grace');
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  const away = at(two, grace);
  await eventually(async () => (await away.poll(lobby, 2)).status, 204);
  return { ada, grace, away, lobby };
}

/** What happens to both databases, and a PostgreSQL beside. */
type Story = (servers: [Server, Server], postgres?: Postgres) => Promise<void>;

const stories: Record<string, Story> = {
  'that start at once on nothing have one gapless log for all, though one is killed and a PostgreSQL restarts':
    async (servers, postgres) => {
      const restart = async () => {
        await postgres?.stop();
        await postgres?.start();
      };
      const seed = Math.floor(Math.random() * 2 ** 32);
      console.log(`(seed ${seed})`);
      const { acknowledged, entries } = await torture(servers, {
        posters: 20,
        readers: 10,
        ms: 8000,
        kills: 2,
        perKill: 50,
        seed,
        onKill: (kills) => (kills === 1 ? restart() : undefined),
      });
      console.log(`(${acknowledged} messages acknowledged, ${entries} entries)`);
    },
  'see what the other has stored, and refuse whom the other has refused': async ([one, two]) => {
    const { ada, grace, away, lobby } = await lobbyOfTwo(one, two);
    await ada.say(lobby, 'hello');
    await eventually(async () => (await away.poll(lobby, 2)).text.includes('hello'), true, SEEN_MS);
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.is((await grace.poll(lobby, 3)).status, 409, 'at the very next poll');
    await eventually(async () => (await away.poll(lobby, 3)).status, 409, SEEN_MS);
    await ada.post('/logout');
    await eventually(async () => (await at(two, ada).poll(lobby, 3)).status, 401, SEEN_MS);
  },
  'show on each page what the other has committed before, and nothing that it has taken away': async ([
    one,
    two,
  ]) => {
    const { ada, grace, away, lobby } = await lobbyOfTwo(one, two);
    const path = `/rooms/${lobby}`;
    const tagOf = (answer: Answer) => answer.headers.get('ETag') ?? '';
    let tag = tagOf(await away.get(path));
    /** What grace's page at the other server has: it is asked for with the tag of the last one, too. */
    const shows = async (text: string) => {
      const known = await away.get(path, { 'If-None-Match': tag });
      const answer = await away.get(path);
      tag = tagOf(answer);
      return known.status === 200 && known.text.includes(text) && answer.text.includes(text);
    };
    for (let round = 1; round <= 20; round += 1) {
      await ada.say(lobby, `message ${round}`);
      assert.ok(await shows(`message ${round}`), `round ${round}`);
    }
    await ada.post(`${path}/rename`, { name: 'hall' });
    assert.ok(await shows('hall'));
    await ada.post('/settings/username', { username: 'lovelace' });
    assert.ok(await shows('lovelace'));
    await grace.post('/people/lovelace/block');
    assert.not.ok(await shows('message 20'));
    await grace.post('/people/lovelace/unblock');
    assert.ok(await shows('message 20'));
    await ada.post(`${path}/members/grace/remove`);
    assert.is((await away.get(path, { 'If-None-Match': tag })).location, '/rooms');
    const again = at(two, ada);
    assert.is((await again.get('/settings')).status, 200);
    await ada.post('/logout');
    assert.is((await again.get('/settings')).location, '/login?next=%2Fsettings');
    const other = new Visitor(one.base);
    await other.logIn('grace');
    assert.is((await at(two, other).get('/people')).status, 200);
    await grace.post('/settings/password', { current: 'correct horse', password: 'battery staple' });
    assert.is((await at(two, other).get('/people')).location, '/login?next=%2Fpeople');
    assert.is((await away.get('/people')).status, 200, 'the session that has changed it');
  },
};

/** Both runs have these stories, each on its own database. */
const onPostgres = process.env.SPEC_DATABASE === 'postgres';

for (const [what, story] of Object.entries(stories)) {
  if (!onPostgres) test(`on one file ${what}`, () => withServers(2, ([one, two]) => story([one!, two!])));
  else
    test(`on one PostgreSQL ${what}`, () =>
      withPostgres(async (postgres) => {
        await withServers(2, ([one, two]) => story([one!, two!], postgres), {
          DATABASE_URL: await postgres.create(),
        });
      }));
}

if (onPostgres)
  test('without their PostgreSQL say so, keep what was typed, and go on by themselves once it is back', () =>
    withPostgres(async (postgres) => {
      await withServers(
        2,
        async ([one, two]) => {
          const { ada, away, lobby } = await lobbyOfTwo(one!, two!);
          const page = await ada.get(`/rooms/${lobby}`);
          await postgres.stop();
          await eventually(async () => (await away.poll(lobby, 2)).status, 503);
          const poll = await away.poll(lobby, 2);
          assert.equal(
            [poll.headers.get('Retry-After'), poll.json().error.message.includes('Wait 5 seconds')],
            ['5', true],
          );
          const refused = await ada.press(page, 'Send', { body: 'hello, again' });
          assert.equal(
            [refused.status, refused.headers.get('Retry-After'), titleOf(refused)],
            [503, '5', 'Error: Not reachable – Plainchat'],
          );
          assert.match(
            words(refused.page.querySelector('.problems, [role="alert"]')),
            /Wait 5 seconds, then try again/,
          );
          assert.is(valueOf(labelled(refused, 'Message')), 'hello, again');
          for (const path of ['/', '/rooms', '/login'])
            assert.ok([200, 503].includes((await ada.get(path)).status), path);
          await postgres.start();
          await eventually(async () => (await ada.press(refused, 'Send')).status, 303);
          assert.is((await ada.press(refused, 'Send')).status, 303, 'and once more');
          await eventually(async () => (await away.poll(lobby, 2)).status, 200);
          assert.equal(await away.log(lobby), ['ada entered', 'grace entered', 'ada: hello, again']);
        },
        { DATABASE_URL: await postgres.create() },
      );
    }));

test.run();

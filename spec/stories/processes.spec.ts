import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/browser.ts';
import { withPostgres, type Postgres } from '../support/postgres.ts';
import { withServers, type Server } from '../support/server.ts';
import { torture } from '../support/torture.ts';
import { labelled, titleOf, valueOf, Visitor, words } from '../support/visitor.ts';

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

/** What befalls both databases, and a PostgreSQL beside. */
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
};

for (const [what, story] of Object.entries(stories)) {
  test(`on one file ${what}`, () => withServers(2, ([one, two]) => story([one!, two!])));
  test(`on one PostgreSQL ${what}`, () =>
    withPostgres(async (postgres) => {
      await withServers(2, ([one, two]) => story([one!, two!], postgres), {
        DATABASE_URL: await postgres.create(),
      });
    }));
}

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
        assert.match(words(refused.page.querySelector('[role="alert"]')), /Wait 5 seconds, then try again/);
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

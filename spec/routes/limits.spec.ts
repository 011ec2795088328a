import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { bucketsFor, type LimitedAction, RATE_LIMITS } from '../../server/chat/rate-limit.ts';
import { ResetLink, VALID_MS } from '../../server/chat/reset-link.ts';
import { saveConsumption } from '../../server/chat/token-bucket.ts';
import { User } from '../../server/chat/user.ts';
import { sha256 } from '../../server/text/hash.ts';
import { withApp, type World } from '../support/app.ts';
import { type Answer, bare, labelled, titleOf, valueOf, type Visitor, words } from '../support/visitor.ts';

const test = suite('rate limits over HTTP');

const PROXY = { trustProxy: 1 };
const HOME = '192.0.2.1';
const FROM_HOME = { 'X-Forwarded-For': HOME };

interface Row {
  /** The act, for the title. */
  label: string;
  act: LimitedAction;
  /** Does it once. */
  ask(ada: Visitor, room: number): Promise<Answer>;
  /** What was typed, and where the refusal must keep it. */
  typed?: { label: string; text: string };
  /** The same in JSON. */
  byScript?(ada: Visitor, room: number): Promise<Answer>;
}

const cookies = ({ cookieHeader }: Visitor) => ({ Cookie: cookieHeader });
const KEY = '12345678';
/** Of ada's reset link. */
const TOKEN = 'a-token-of-a-link';
const ROWS: Row[] = [
  {
    label: 'creating an account',
    act: 'account',
    ask: (ada) =>
      ada.post(
        '/register',
        { username: 'eve', email: 'eve@example.org', password: 'correct horse' },
        FROM_HOME,
      ),
    typed: { label: 'Username', text: 'eve' },
  },
  {
    label: 'logging in',
    act: 'session',
    ask: (ada) => ada.post('/login', { login: 'ada', password: 'correct horse' }, FROM_HOME),
    typed: { label: 'Username or email', text: 'ada' },
  },
  {
    label: 'posting a message',
    act: 'post',
    ask: (ada, room) => ada.post(`/rooms/${room}/messages`, { body: 'a long text', key: KEY }, FROM_HOME),
    typed: { label: 'Message', text: 'a long text' },
    byScript: (ada, room) => ada.sayJson(room, 'a long text'),
  },
  {
    label: 'entering a room with a message',
    act: 'post',
    ask: (ada, room) => ada.post(`/rooms/${room}/enter`, { body: 'a long text', key: KEY }, FROM_HOME),
    typed: { label: 'Message', text: 'a long text' },
  },
  {
    label: 'entering a room',
    act: 'enter',
    ask: (ada, room) => ada.post(`/rooms/${room}/enter`, {}, FROM_HOME),
  },
  {
    label: 'opening a direct room',
    act: 'enter',
    ask: (ada) => ada.post('/people/grace/message', {}, FROM_HOME),
  },
  {
    label: 'creating a room',
    act: 'room',
    ask: (ada) => ada.post('/rooms', { name: 'study', access: 'invite' }, FROM_HOME),
    typed: { label: 'Room name', text: 'study' },
  },
  { label: 'creating a group', act: 'room', ask: (ada) => ada.post('/groups', { name: 'group' }, FROM_HOME) },
  {
    label: 'renaming a room',
    act: 'manage',
    ask: (ada, room) => ada.post(`/rooms/${room}/rename`, { name: 'study' }, FROM_HOME),
    typed: { label: 'Room name', text: 'study' },
  },
  {
    label: 'finding a person',
    act: 'search',
    ask: (ada) => ada.post('/people', { q: 'grace' }, FROM_HOME),
    typed: { label: 'Find a person', text: 'grace' },
  },
  {
    label: 'adding a member',
    act: 'search',
    ask: (ada, room) => ada.post(`/rooms/${room}/members`, { username: 'grace' }, FROM_HOME),
    typed: { label: 'Username or email', text: 'grace' },
  },
  {
    label: 'sending a friend request',
    act: 'ask',
    ask: (ada) => ada.post('/people/grace/friend', {}, FROM_HOME),
  },
  {
    label: 'changing the username',
    act: 'rename',
    ask: (ada) => ada.post('/settings/username', { username: 'countess' }, FROM_HOME),
    typed: { label: 'Username', text: 'countess' },
  },
  {
    label: 'reading a page',
    act: 'page',
    ask: (ada, room) => ada.get(`/rooms/${room}`, FROM_HOME),
    byScript: (ada, room) => ada.getJson(`/rooms/${room}/entries`),
  },
  {
    label: 'fetching an image or a file',
    act: 'file',
    ask: (ada, room) => ada.get(`/rooms/${room}/files/harbour`, FROM_HOME),
  },
  {
    label: 'downloading all data',
    act: 'data',
    ask: (ada) => ada.get('/settings/data', FROM_HOME),
  },
  {
    label: 'setting a password by a link',
    act: 'reset',
    ask: (ada) => ada.post(`/reset/${TOKEN}`, { password: 'short' }, FROM_HOME),
  },
];

/** Makes ada's reset link. */
async function makeLink({ em, clock }: World): Promise<void> {
  const { id: user } = await em().findOneOrFail(User, { username: 'ada' });
  await em().insert(ResetLink, {
    id: sha256(TOKEN),
    user,
    expiresAt: new Date(clock.now().getTime() + VALID_MS),
  });
}

/** Uses up the limit of a user, or of an address. */
async function useUp(
  { em, clock, tick, rateLimiter }: World,
  act: LimitedAction,
  who: 'person' | 'address',
  person: string,
): Promise<void> {
  const { id } = await em().findOneOrFail(User, { username: person });
  const buckets = bucketsFor(act, HOME, act === 'reset' ? TOKEN : id);
  const { bucket, withinMs, times, isInMemory } = buckets.at(who === 'person' ? 0 : -1)!;
  const reader = who === 'person' ? { user: { id }, address: 'elsewhere' } : { address: HOME };
  if (isInMemory) {
    const consume = () => rateLimiter.consume(act, { ...reader, now: clock.now() });
    await Promise.allSettled(Array.from({ length: times }, consume)); // refused at last: the app has consumed before
    return;
  }
  await saveConsumption(em(), [{ bucket, since: clock.now().getTime(), ms: withinMs }]);
  await tick(); // the app learns what another process has allowed
}

for (const { label, act, ask, typed, byScript } of ROWS) {
  for (const who of ['person', 'address'] as const) {
    if (!(who in RATE_LIMITS[act])) continue;
    test(
      `${label} is refused over the limit of ${who === 'person' ? 'a' : 'an'} ${who}, keeps what was typed, and works after the wait`,
      withApp(async (world) => {
        const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
        const room = await ada.createRoom('lobby');
        if (act === 'reset') await makeLink(world);
        const asking = act === 'account' || act === 'session' ? world.visitor() : ada;
        await useUp(world, act, who, 'ada');
        const refused = await ask(asking, room);
        assert.is(refused.status, 429);
        const wait = Number(refused.headers.get('Retry-After'));
        assert.ok(wait > 0 && wait <= (act === 'data' ? 720 : 180), String(wait));
        assert.match(titleOf(refused), /^Error: /);
        assert.match(
          words(refused.page.querySelector('main')),
          new RegExp(
            `Too many ${RATE_LIMITS[act].what} in a short time\\. Wait \\d+ (seconds?|minutes?), then try again\\.`,
          ),
        );
        if (typed) assert.is(valueOf(labelled(refused, typed.label)), typed.text);
        if (byScript && who === 'person') {
          const answer = await byScript(asking, room);
          assert.equal([answer.status, answer.json().error.message.slice(0, 8)], [429, 'Too many']);
        }
        if (who === 'person')
          assert.is((await grace.post('/people', { q: 'ada' }, FROM_HOME)).status, 303, 'others go on');
        world.clock.pass(wait * 1000);
        const allowed = await ask(asking, room);
        assert.ok(allowed.status < 429, String(allowed.status));
      }, PROXY),
    );
  }
}

test(
  'a message over the limit keeps its text also when its author is outside the room',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const room = await ada.createRoom('lobby');
    await ada.leave(room);
    await useUp(world, 'post', 'person', 'ada');
    const refused = await ada.say(room, 'a long text');
    assert.is(refused.status, 429);
    assert.is(valueOf(labelled(refused, 'Message')), 'a long text');
  }),
);

test(
  'a missing room and a missing session are refused before a limit is',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    const study = await grace.createRoom('study', 'invite');
    await useUp(world, 'post', 'person', 'ada');
    assert.is((await ada.say(study, 'hello')).status, 404);
    assert.is((await world.visitor().say(study, 'hello')).status, 303);
  }),
);

test(
  'polls that memory answers, static files and health checks draw on no limit, and a poll through the middleware does',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const room = await ada.createRoom('lobby');
    const page = await ada.get(`/rooms/${room}`);
    const sheet = page.page.querySelector('link[rel="stylesheet"]')!.getAttribute('href')!;
    await useUp(world, 'page', 'person', 'ada');
    const free = [`/poll?room=${room}&after=1`, sheet, '/healthz', '/readyz'];
    for (let time = 0; time < 3; time += 1)
      for (const path of free) assert.ok((await ada.get(path)).status < 300, path);
    const limited = [`/poll?room=${room}&after=1&other=1`, `/rooms/${room}`, '/nowhere', '/settings'];
    for (const path of limited) assert.is((await ada.get(path)).status, 429, path);
    assert.is(
      (await bare(world.base, { path: '/rooms', method: 'HEAD', headers: cookies(ada) })).status,
      429,
    );
    assert.is((await ada.say(room, 'hello')).status, 303, 'writing has limits of its own');
  }),
);

test(
  'the download of all data is limited however its address is spelt',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const spellings = ['/settings/data', '/settings/data/', '/Settings/DATA', '/settings/data?x'];
    await useUp(world, 'data', 'person', 'ada');
    for (const path of spellings) assert.is((await ada.get(path)).status, 429, path);
  }),
);

test(
  'limits do not apply when RATE_LIMITS is off',
  withApp(
    async (world) => {
      const ada = await world.cast('ada');
      const room = await ada.createRoom('lobby');
      for (const act of Object.keys(RATE_LIMITS) as LimitedAction[])
        for (const who of ['person', 'address'] as const) await useUp(world, act, who, 'ada');
      for (const { ask } of ROWS) assert.is.not((await ask(ada, room)).status, 429);
    },
    { rateLimits: false },
  ),
);

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeDrawn } from '../../server/chat/allowance.ts';
import { bucketsOf, LIMITS, type Act } from '../../server/chat/limit.ts';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from '../support/app.ts';
import { labelled, titleOf, valueOf, words, type Answer, type Visitor } from '../support/visitor.ts';

const test = suite('limits over HTTP');

const PROXY = { trustProxy: 1 };
const HOME = '192.0.2.1';
const FROM_HOME = { 'X-Forwarded-For': HOME };

interface Row {
  act: Act;
  /** Does it once. */
  ask(ada: Visitor, room: number): Promise<Answer>;
  /** What was typed, and where it must stand afterwards. */
  typed?: { label: string; text: string };
  /** For what a script sends as JSON. */
  byScript?(ada: Visitor, room: number): Promise<Answer>;
}

const KEY = '12345678';
const ROWS: Row[] = [
  {
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
    act: 'session',
    ask: (ada) => ada.post('/login', { login: 'ada', password: 'correct horse' }, FROM_HOME),
    typed: { label: 'Username or email', text: 'ada' },
  },
  {
    act: 'post',
    ask: (ada, room) => ada.post(`/rooms/${room}/messages`, { body: 'a long text', key: KEY }, FROM_HOME),
    typed: { label: 'Message', text: 'a long text' },
    byScript: (ada, room) => ada.sayJson(room, 'a long text'),
  },
  {
    act: 'post',
    ask: (ada, room) => ada.post(`/rooms/${room}/enter`, { body: 'a long text', key: KEY }, FROM_HOME),
    typed: { label: 'Message', text: 'a long text' },
  },
  { act: 'enter', ask: (ada, room) => ada.post(`/rooms/${room}/enter`, {}, FROM_HOME) },
  { act: 'enter', ask: (ada) => ada.post('/people/grace/message', {}, FROM_HOME) },
  {
    act: 'room',
    ask: (ada) => ada.post('/rooms', { name: 'study', access: 'invite' }, FROM_HOME),
    typed: { label: 'Room name', text: 'study' },
  },
  { act: 'room', ask: (ada) => ada.post('/groups', { name: 'group' }, FROM_HOME) },
  {
    act: 'manage',
    ask: (ada, room) => ada.post(`/rooms/${room}/rename`, { name: 'study' }, FROM_HOME),
    typed: { label: 'Room name', text: 'study' },
  },
  {
    act: 'search',
    ask: (ada) => ada.post('/people', { q: 'grace' }, FROM_HOME),
    typed: { label: 'Find a person', text: 'grace' },
  },
  {
    act: 'search',
    ask: (ada, room) => ada.post(`/rooms/${room}/members`, { username: 'grace' }, FROM_HOME),
    typed: { label: 'Username or email', text: 'grace' },
  },
  { act: 'ask', ask: (ada) => ada.post('/people/grace/friend', {}, FROM_HOME) },
  {
    act: 'rename',
    ask: (ada) => ada.post('/settings/username', { username: 'countess' }, FROM_HOME),
    typed: { label: 'Username', text: 'countess' },
  },
];

/** Uses up what somebody may do, or everybody at an address. */
async function useUp(
  { em, clock, leases }: World,
  act: Act,
  who: 'person' | 'address',
  person: string,
): Promise<void> {
  const { id } = await em().findOneOrFail(User, { username: person });
  const { bucket, withinMs } = bucketsOf(act, HOME, id).at(who === 'person' ? 0 : -1)!;
  await writeDrawn(em(), [{ bucket, since: clock.now().getTime(), ms: withinMs }]);
  await leases.tick(); // the app learns what another process let them do
}

for (const { act, ask, typed, byScript } of ROWS) {
  for (const who of ['person', 'address'] as const) {
    if (!(who in LIMITS[act])) continue;
    test(
      `refuse ${LIMITS[act].what} over the limit of ${who === 'person' ? 'a' : 'an'} ${who} in words, keep what was typed, and allow them after the wait: ${/\/[a-z]\S*(?=[`'])/.exec(String(ask))![0]}`,
      withApp(async (world) => {
        const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
        const room = await ada.createRoom('lobby');
        const asking = act === 'account' || act === 'session' ? world.visitor() : ada;
        await useUp(world, act, who, 'ada');
        const refused = await ask(asking, room);
        assert.is(refused.status, 429);
        const wait = Number(refused.headers.get('Retry-After'));
        assert.ok(wait > 0 && wait <= 180, String(wait));
        assert.match(titleOf(refused), /^Error: /);
        assert.match(
          words(refused.page.querySelector('main')),
          new RegExp(
            `Too many ${LIMITS[act].what} in a short time\\. Wait \\d+ (seconds?|minutes?), then try again\\.`,
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
  'keep the text of a message where its author is not in the room either',
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
  'come after what is not there and what is not allowed',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    const study = await grace.createRoom('study', 'invite');
    await useUp(world, 'post', 'person', 'ada');
    assert.is((await ada.say(study, 'hello')).status, 404);
    assert.is((await world.visitor().say(study, 'hello')).status, 303);
  }),
);

test(
  'do not hold where they are switched off',
  withApp(
    async (world) => {
      const ada = await world.cast('ada');
      const room = await ada.createRoom('lobby');
      for (const act of Object.keys(LIMITS) as Act[])
        for (const who of ['person', 'address'] as const) await useUp(world, act, who, 'ada');
      for (const { ask } of ROWS) assert.is.not((await ask(ada, room)).status, 429);
    },
    { rateLimits: false },
  ),
);

test.run();

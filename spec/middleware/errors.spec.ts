import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { createLog } from '../../server/log.ts';
import { withApp, type World } from '../support/app.ts';
import { bare, titleOf, type Visitor } from '../support/visitor.ts';

const test = suite('error pages');

const TEXT_BROWSERS = [
  'text/html, text/*;q=0.5, image/*',
  'text/html, text/*;q=0.5',
  '*/*',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  undefined,
];

test(
  'an unknown address answers 404, as a page or as JSON',
  withApp(async ({ cast, visitor }) => {
    for (const person of [visitor(), await cast('ada')]) {
      const page = await person.get('/nowhere');
      assert.is(page.status, 404);
      assert.is(titleOf(page), 'Error: Not found – Plainchat');
      assert.ok(page.page.querySelector('main a[href]'), 'with a link to go on');
      const json = await person.getJson('/nowhere');
      assert.is(json.status, 404);
      assert.type(json.json().error.message, 'string');
    }
  }),
);

test(
  'a fault of Plainchat answers 500 with a sentence, and tells nothing of the fault',
  withApp(
    async ({ cast, rateLimiter }) => {
      const ada = await cast('ada');
      rateLimiter.consume = async () => {
        throw new Error('a fault of a spec');
      };
      const sentence =
        'Something went wrong here, and it is not your fault. Your message or change may not be stored. Check, and try again in a moment.';
      const page = await ada.post('/rooms', { name: 'lobby' });
      const json = await ada.postJson('/rooms', { name: 'lobby' });
      assert.equal([page.status, json.status], [500, 500]);
      assert.is(page.page.querySelector('main [role=alert]')!.text.trim(), sentence);
      assert.is(json.json().error.message, sentence);
      assert.not.match(page.text + json.text, 'a fault of a spec');
    },
    {},
    { log: createLog('silent') },
  ),
);

test(
  'a wrong method answers 405 with the allowed ones',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const headers = { 'X-CSRF-Token': await ada.token(), Accept: 'text/html' };
    for (const [method, path, allowed] of [
      ['GET', '/logout', 'POST'],
      ['GET', `/rooms/${lobby}/enter`, 'POST'],
      ['GET', `/rooms/${lobby}/leave`, 'POST'],
      ['GET', `/rooms/${lobby}/messages`, 'POST'],
      ['POST', '/help', 'GET'],
      ['POST', `/rooms/${lobby}`, 'GET'],
      ['POST', '/poll', 'GET'],
      ['PUT', '/rooms', 'GET'],
      ['DELETE', `/rooms/${lobby}`, 'GET'],
      ['PATCH', '/login', 'POST'],
    ] as const) {
      const answer = await ada.send(path, { method, headers });
      assert.is(answer.status, 405, `${method} ${path}`);
      assert.match(answer.headers.get('Allow') ?? '', new RegExp(`\\b${allowed}\\b`));
    }
    assert.equal(await ada.log(lobby), ['ada entered'], 'and nothing happened');
  }),
);

const acts: [
  what: string,
  status: number,
  ask: (
    world: World & { ada: Visitor; lobby: number; secret: number; stranger: Visitor },
  ) => Promise<{ status: number }>,
][] = [
  [
    'a post that is too large, of a wrong type, without a token and logged out',
    413,
    ({ base }) =>
      bare(base, {
        path: '/rooms/999/messages',
        method: 'POST',
        headers: { 'Content-Type': 'text/plain', 'Content-Length': 70_000 },
        body: 'x'.repeat(70_000),
      }),
  ],
  [
    'a post of a wrong type, without a token and logged out',
    415,
    ({ base }) =>
      bare(base, {
        path: '/rooms/999/messages',
        method: 'POST',
        headers: { 'Content-Type': 'text/plain', 'Content-Length': 1 },
        body: 'x',
      }),
  ],
  [
    'a post without a token, logged out, to an unknown room',
    403,
    ({ visitor }) =>
      visitor().send('/rooms/999/messages', { method: 'POST', body: new URLSearchParams({ body: '' }) }),
  ],
  ['a form post, logged out, to an unknown room', 303, ({ visitor }) => visitor().say(999, '')],
  ['a JSON post, logged out, to an unknown room', 401, ({ visitor }) => visitor().sayJson(999, '')],
  ['an empty message to an unknown room', 404, ({ ada }) => ada.say(999, '')],
  [
    'an empty message by a stranger to an invite room',
    404,
    ({ stranger, secret }) => stranger.say(secret, ''),
  ],
  ['an empty message by a stranger to an open room', 403, ({ stranger, lobby }) => stranger.say(lobby, '')],
  [
    'an empty JSON message by a stranger to an open room',
    403,
    ({ stranger, lobby }) => stranger.sayJson(lobby, ''),
  ],
  ['an empty message by a member outside the room', 409, ({ ada, lobby }) => ada.say(lobby, '')],
  [
    'an empty JSON message without a key by a member outside the room',
    409,
    ({ ada, lobby }) => ada.sayJson(lobby, '', { key: '', after: 'x' }),
  ],
  [
    'a poll with a wrong `after` by a member outside the room',
    409,
    ({ ada, lobby }) => ada.getJson(`/poll?room=${lobby}&after=x`),
  ],
  [
    'a poll with a wrong `after` by a stranger to an open room',
    403,
    ({ stranger, lobby }) => stranger.getJson(`/poll?room=${lobby}&after=x`),
  ],
  [
    'a poll with a wrong `after` by a stranger to an invite room',
    404,
    ({ stranger, secret }) => stranger.getJson(`/poll?room=${secret}&after=x`),
  ],
  ['an empty message by a user in the room', 422, ({ ada, secret }) => ada.say(secret, '')],
];
for (const [what, status, ask] of acts) {
  test(
    `the first reason decides: ${what} is answered with ${status}`,
    withApp(async (world) => {
      const [ada, stranger] = [await world.cast('ada'), await world.cast('grace')];
      const lobby = await ada.createRoom('lobby');
      await ada.leave(lobby);
      const secret = await ada.createRoom('study', 'invite');
      assert.is((await ask({ ...world, ada, stranger, lobby, secret })).status, status);
    }),
  );
}

for (const accept of TEXT_BROWSERS) {
  test(
    `a browser with the Accept header ${accept ?? '(none)'} never gets JSON`,
    withApp(async ({ base, cast }) => {
      const ada = await cast('ada');
      const lobby = await ada.createRoom('lobby');
      const study = await ada.createRoom('study');
      const form = async (fields: Record<string, string>) =>
        new URLSearchParams({ ...fields, _csrf: await ada.token() }).toString();
      const asks: [path: string, status: number, body?: string][] = [
        ['/rooms', 200],
        [`/rooms/${lobby}`, 200],
        ['/nowhere', 404],
        ['/rooms/999', 404],
        [`/rooms/${lobby}/entries?before=9`, 303],
        ['/rooms', 422, await form({ name: '' })],
        [`/rooms/${study}/enter`, 409, await form({})],
        [`/rooms/${study}/messages`, 409, await form({ body: 'x', key: '12345678' })],
        [`/rooms/${lobby}/messages`, 422, await form({ body: '' })],
        ['/rooms', 403, 'name=forged'],
        [`/rooms/${lobby}/messages`, 303, await form({ body: 'x', key: '12345678' })],
      ];
      for (const [path, status, body] of asks) {
        const headers = {
          Cookie: ada.cookieHeader,
          ...(accept && { Accept: accept }),
          ...(body && { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': body.length }),
        };
        const answer = await bare(base, { path, method: body ? 'POST' : 'GET', headers, body });
        assert.is(answer.status, status, `${path} ${body ?? ''}`);
        assert.not.match(answer.headers['content-type'] ?? '', /json/);
      }
    }),
  );
}

test(
  'a script gets JSON with the sentence and the field',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const empty = await ada.sayJson(lobby, '');
    assert.is(empty.status, 422);
    assert.equal(Object.keys(empty.json().error).toSorted(), ['field', 'message']);
    assert.is(empty.json().error.field, 'body');
    const anonymous = await visitor().getJson('/rooms');
    assert.is(anonymous.status, 401);
    assert.is(anonymous.json().ended, 'logged-out');
    assert.type(anonymous.json().error.message, 'string');
  }),
);

test(
  'a client that sends JSON gets JSON, whatever it accepts',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const [key, status] of [
      ['short', 422],
      ['12345678', 201],
    ] as const) {
      const headers = {
        'Content-Type': 'application/json',
        'X-CSRF-Token': await ada.token(),
        Accept: '*/*',
      };
      const answer = await ada.send(`/rooms/${lobby}/messages`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ body: 'hello', key, after: 0 }),
      });
      assert.is(answer.status, status);
      assert.type(answer.json(), 'object');
    }
  }),
);

test(
  'an error page has a sentence, and neither a stack nor a path of a file',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (const answer of [
      await ada.get('/nowhere'),
      await ada.get('/rooms/x'),
      await ada.get(`/rooms/${lobby}?before=x`),
      await ada.get('/logout'),
      await ada.say(999, 'x'),
      await ada.getJson(`/poll?room=${lobby}&after=x`),
    ]) {
      assert.ok(answer.status >= 400 && answer.status < 500);
      assert.not.match(answer.text, /node_modules|\.ts:\d|at \w+ \(/);
      assert.match(answer.text, /\w+ \w+ \w+[^.]*\./);
    }
  }),
);

test.run();

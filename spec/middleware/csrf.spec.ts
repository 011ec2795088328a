import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { freshToken, isOwnOrigin, isTokenOf, maskedToken } from '../../server/middleware/csrf.ts';
import { createLog } from '../../server/log.ts';
import { withApp, type World } from '../support/app.ts';
import { bare, buttons, titleOf, valueOf, type Visitor } from '../support/visitor.ts';

const test = suite('CSRF token');

const FORM = 'application/x-www-form-urlencoded';

/** Sends a message by form, with any token or none. */
const say = (
  person: Visitor,
  room: number,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) =>
  person.send(`/rooms/${room}/messages`, {
    method: 'POST',
    body: new URLSearchParams({ body: 'forged', key: crypto.randomUUID(), after: '0', ...fields }),
    headers: { Accept: 'text/html', ...headers },
  });

/** Sends a message by script, with any token. */
const sayJson = (person: Visitor, room: number, token: string) =>
  person.send(`/rooms/${room}/messages`, {
    method: 'POST',
    body: JSON.stringify({ body: 'by script', key: crypto.randomUUID(), after: 1 }),
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': token },
  });

async function adaInLobby({ cast }: World) {
  const ada = await cast('ada');
  return { ada, lobby: await ada.createRoom('lobby'), token: await ada.token() };
}

const forged: [
  what: string,
  fields: (world: World, token: string) => Promise<Record<string, string>> | Record<string, string>,
][] = [
  ['without a token', () => ({})],
  ['with an empty token', () => ({ _csrf: '' })],
  ['with a damaged mask', (_, token) => ({ _csrf: `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}` })],
  ['with the mask alone', (_, token) => ({ _csrf: token.slice(0, token.length / 2) })],
  ['with a wrong token', (_, token) => ({ _csrf: Array.from(token).toReversed().join('') })],
  ['with half of the token', (_, token) => ({ _csrf: token.slice(0, 16) })],
  ['with more than the token', (_, token) => ({ _csrf: `${token}A` })],
  [
    'with a token of the same length in other characters',
    (_, token) => ({ _csrf: 'é'.repeat(token.length) }),
  ],
  ["with the token of grace's session", async ({ cast }) => ({ _csrf: await (await cast('grace')).token() })],
  ["with the token of a visitor's form", async ({ visitor }) => ({ _csrf: await visitor().token() })],
];
for (const [what, fields] of forged) {
  test(
    `a post ${what} is refused, and changes nothing`,
    withApp(async (world) => {
      const { ada, lobby, token } = await adaInLobby(world);
      const answer = await say(ada, lobby, await fields(world, token));
      assert.is(answer.status, 403);
      assert.match(titleOf(answer), /^Error: /);
      assert.is(valueOf(answer.page.querySelector('textarea')!), 'forged', 'the text is kept');
      assert.equal(await ada.log(lobby), ['ada entered']);
    }),
  );
}

test(
  'every form needs a token, also before log-in',
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    for (const path of [
      '/rooms',
      `/rooms/${lobby}/enter`,
      `/rooms/${lobby}/leave`,
      `/rooms/${lobby}/messages`,
      `/rooms/${lobby}/delete`,
      '/logout',
      '/login',
      '/register',
    ]) {
      for (const person of [ada, world.visitor()]) {
        const answer = await person.send(path, {
          method: 'POST',
          body: new URLSearchParams({
            name: 'forged',
            username: 'eve',
            email: 'eve@example.org',
            login: 'ada',
            password: 'correct horse',
          }),
        });
        assert.is(answer.status, 403, path);
      }
    }
    assert.equal(await ada.log(lobby), ['ada entered'], 'ada is still logged in, and in her room');
    assert.is((await world.visitor().logIn('eve')).status, 422, 'no account was made');
  }),
);

test(
  'a token stops working at log-in, and at log-out',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    const ada = visitor();
    const before = await ada.token();
    await ada.logIn('ada');
    const posted = (token: string) =>
      ada.send('/rooms', { method: 'POST', body: new URLSearchParams({ name: 'lobby', _csrf: token }) });
    assert.is((await posted(before)).status, 403);
    const during = await ada.token();
    assert.is((await posted(during)).status, 303);
    await ada.post('/logout');
    assert.is((await posted(during)).status, 403);
  }),
);

test(
  'a token holds for the whole session, in every tab',
  withApp(async (world) => {
    const { ada, lobby, token } = await adaInLobby(world);
    const pages = [await ada.get(`/rooms/${lobby}`), await ada.get('/rooms'), await ada.get('/rooms')];
    const tokens = pages.map(({ page }) => {
      const own = page.querySelector('meta[name="csrf-token"]')!.getAttribute('content')!;
      for (const form of page.querySelectorAll('form[method="post"]'))
        assert.is(form.querySelector('input[name="_csrf"]')?.getAttribute('value'), own);
      return own;
    });
    assert.is(new Set([token, ...tokens]).size, 4, 'each page has a form of its own of the token');
    for (let time = 1; time <= 12; time += 1) {
      const _csrf = [token, ...tokens][time % 4]!;
      assert.is((await say(ada, lobby, { _csrf, body: `${time}` })).status, 303);
    }
    assert.is((await ada.log(lobby)).length, 13);
  }),
);

test(
  "a session's token is valid as it is, and under every mask, by form and by script",
  withApp(async (world) => {
    const { ada, lobby } = await adaInLobby(world);
    const [row] = await world.em().execute<{ data: string }[]>('select data from session');
    const { csrf: token } = JSON.parse(row!.data) as { csrf: string };
    assert.not.match((await ada.get(`/rooms/${lobby}`)).text, token);
    const masks = [Buffer.alloc(token.length), Buffer.alloc(token.length, 255), Buffer.from(token)];
    for (const given of [token, ...masks.map((mask) => maskedToken(token, mask)), maskedToken(token)]) {
      assert.is((await say(ada, lobby, { _csrf: given })).status, 303, given);
      assert.is((await sayJson(ada, lobby, given)).status, 201, given);
    }
  }),
);

test(
  'the cookie of a visitor is a valid token in their forms',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    const person = visitor();
    const masked = await person.token();
    const token = person.cookies.get('csrf')!;
    assert.not.equal(masked, token);
    for (const _csrf of [masked, token]) {
      const fields = { login: 'ada', password: 'wrong horse', _csrf };
      const answer = await person.send('/login', { method: 'POST', body: new URLSearchParams(fields) });
      assert.is(answer.status, 422);
    }
  }),
);

test('a token is valid under any of 1,000 masks, and no two are the same', () => {
  const token = freshToken();
  const given = Array.from({ length: 1000 }, () => maskedToken(token));
  assert.is(new Set(given).size, 1000);
  assert.equal(
    given.filter((masked) => !isTokenOf(token, masked)),
    [],
  );
});

test('a damaged token is refused, and one of another session', () => {
  const token = freshToken();
  const masked = maskedToken(token);
  const bytes = Buffer.from(masked, 'base64url');
  const mask = bytes.subarray(0, token.length);
  const damaged = (at: number) =>
    masked.slice(0, at) + (masked[at] === 'A' ? 'B' : 'A') + masked.slice(at + 1);
  const wrong = [
    ...Array.from(masked, (_, at) => damaged(at)),
    ...Array.from(masked, (_, at) => masked.slice(0, at)),
    ...Array.from(masked, (_, at) => masked.slice(at + 1)),
    `${masked}A`,
    `${masked}=`,
    `${masked}==`,
    ` ${masked}`,
    `${masked}\n`,
    masked.replace(/(?<=^.{9})/, '!'),
    masked + masked,
    token + token,
    Buffer.concat([mask, mask]).toString('base64url'),
    Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url'),
    bytes.toString('hex'),
    maskedToken(freshToken()),
    freshToken(),
    '',
    'A'.repeat(64 * 1024),
  ];
  assert.equal(
    wrong.filter((given) => isTokenOf(token, given)),
    [],
  );
});

test(
  "a visitor's token holds until log-in, also in a form opened before an error",
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    const person = visitor();
    const form = await person.get('/login');
    await person.get('/register');
    assert.is((await person.press(form, 'Log in', { login: 'ada', password: 'wrong horse' })).status, 422);
    assert.is((await person.press(form, 'Log in', { login: 'ada', password: 'correct horse' })).status, 303);
  }),
);

test(
  'a token may come in a header, for JSON and for forms',
  withApp(async (world) => {
    const { ada, lobby, token } = await adaInLobby(world);
    assert.is((await say(ada, lobby, { body: 'by form' }, { 'X-CSRF-Token': token })).status, 303);
    assert.is((await ada.sayJson(lobby, 'by script')).status, 201);
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    const body = JSON.stringify({ body: 'forged', key: crypto.randomUUID(), after: 0 });
    for (const wrong of [{}, { 'X-CSRF-Token': 'wrong' }]) {
      const answer = await ada.send(`/rooms/${lobby}/messages`, {
        method: 'POST',
        body,
        headers: { ...headers, ...wrong },
      });
      assert.is(answer.status, 403);
      assert.type(answer.json().error.message, 'string');
    }
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: by form', 'ada: by script']);
  }),
);

test(
  'the check needs no header that text browsers leave out',
  withApp(async (world) => {
    const { ada, lobby, token } = await adaInLobby(world);
    const body = new URLSearchParams({
      body: 'from lynx',
      key: crypto.randomUUID(),
      after: '0',
      _csrf: token,
    }).toString();
    const headers = { Cookie: ada.cookieHeader, 'Content-Type': FORM, 'Content-Length': body.length };
    assert.is(
      (await bare(world.base, { path: `/rooms/${lobby}/messages`, method: 'POST', headers, body })).status,
      303,
    );
    assert.equal(await ada.log(lobby), ['ada entered', 'ada: from lynx']);
  }),
);

const origins: [origin: (base: string) => string, status: number, publicUrl?: string][] = [
  [(base) => base, 303],
  [() => 'null', 403],
  [() => 'https://evil.example', 403],
  [(base) => `${base}.evil.example`, 403],
  [(base) => base.replace(/\d+$/, '1'), 403],
  [() => 'nonsense', 403],
  [() => 'https://chat.example', 303, 'https://chat.example'],
  [() => 'http://chat.example', 303, 'http://chat.example/'],
  [() => 'http://chat.example', 403, 'https://chat.example'],
  [() => 'https://chat.example.evil.example', 403, 'https://chat.example'],
  [() => 'null', 403, 'https://chat.example'],
  [(base) => base, 403, 'https://chat.example'],
];
for (const [origin, status, publicUrl] of origins) {
  test(
    `a post from the origin ${origin('http://127.0.0.1:3000')} is ${status === 303 ? 'accepted' : 'refused'}${publicUrl ? ` when PUBLIC_URL is ${publicUrl}` : ''}`,
    withApp(
      async (world) => {
        const { ada, lobby, token } = await adaInLobby(world);
        const answer = await say(ada, lobby, { _csrf: token }, { Origin: origin(world.base) });
        assert.is(answer.status, status);
        assert.is((await ada.log(lobby)).length, status === 303 ? 2 : 1);
      },
      { publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl) },
    ),
  );
}

test(
  'a post after the session has ended leads to log-in, with its text kept',
  withApp(async (world) => {
    const { ada, lobby, token } = await adaInLobby(world);
    await ada.post('/logout');
    const answer = await say(ada, lobby, { _csrf: token, body: 'written for long' });
    assert.is(answer.status, 403);
    assert.is(valueOf(answer.page.querySelector('textarea')!), 'written for long');
    assert.ok(answer.page.querySelector('main a[href^="/login"]'));
    assert.not.ok(buttons(answer).includes('Log out'));
  }),
);

for (const [cause, prepare, told] of [
  [
    'cookies are switched off',
    ({ ada }) => ada.cookies.clear(),
    'Your browser sent no cookie, and Plainchat needs one to know that the form is yours. Nothing was changed. Allow cookies for this address. Then load the page again, and send the form again.',
  ],
  [
    'the session has ended elsewhere',
    async ({ world, ada }) => {
      await ada.get('/rooms');
      await world.em().execute('delete from session');
    },
    'You have been logged out since you opened this page. Nothing was changed. Log in, and send the form again.',
  ],
  [
    'she has logged in again in another tab',
    async ({ ada }) => {
      await ada.post('/logout');
      await ada.logIn('ada');
    },
    'You have logged in again since you opened this page, perhaps under another name. Nothing was changed. Load the page again, then send the form again.',
  ],
  [
    'she has logged out in another tab',
    async ({ ada }) => {
      await ada.post('/logout');
      await ada.get('/login');
    },
    'This page is too old: you have logged out or closed the browser since you opened it. Nothing was changed. Load the page again, then send the form again.',
  ],
] as [string, (cast: { world: World; ada: Visitor }) => unknown, string][]) {
  test(
    `a form is refused with its true cause where ${cause}, and keeps the text`,
    withApp(async (world) => {
      const { ada, lobby, token } = await adaInLobby(world);
      await prepare({ world, ada });
      const { status, page } = await say(ada, lobby, { _csrf: token, body: 'what I wrote' });
      assert.is(status, 403);
      assert.is(page.querySelector('main [role=alert]')!.text.trim(), told);
      assert.is(page.querySelector('#kept')!.text.trim(), 'what I wrote');
    }),
  );
}

test('an Origin is ours with and without the default port, and no other is', () => {
  for (const [origin, host, isOwn] of [
    ['https://chat.example', 'chat.example', true],
    ['https://chat.example', 'chat.example:443', true],
    ['http://chat.example', 'chat.example:80', true],
    ['http://chat.example', 'CHAT.example', true],
    ['http://127.0.0.1:3000', '127.0.0.1:3000', true],
    ['http://[::1]:3000', '[::1]:3000', true],
    ['https://chat.example', 'chat.example:80', false],
    ['http://chat.example', 'chat.example:443', false],
    ['https://chat.example:8443', 'chat.example', false],
    ['https://evil.example', 'chat.example', false],
    ['null', 'chat.example', false],
    ['https://chat.example', '', false],
    ['https://chat.example', 'a b', false],
  ] as const)
    assert.is(isOwnOrigin(origin, host, undefined), isOwn, `${origin} at ${host}`);
  const publicUrl = new URL('https://chat.example');
  assert.ok(isOwnOrigin('https://chat.example', '127.0.0.1:3000', publicUrl));
  assert.not(isOwnOrigin('http://127.0.0.1:3000', '127.0.0.1:3000', publicUrl));
});

test('an Origin that does not fit is told to the user, and once to the operator, with PUBLIC_URL', async () => {
  const lines: object[] = [];
  const log = Object.assign(createLog('silent'), { warn: (...line: object[]) => void lines.push(line) });
  await withApp(
    async (world) => {
      const { ada, lobby, token } = await adaInLobby(world);
      for (let time = 0; time < 3; time += 1) {
        const { status, page } = await say(ada, lobby, { _csrf: token }, { Origin: 'https://chat.example' });
        assert.is(status, 403);
        const { host } = new URL(world.base);
        assert.is(
          page.querySelector('[role=alert]')!.text.trim(),
          `This form comes from https://chat.example, but this Plainchat is at ${host}. Nothing was changed. Open ${host}, and send the form from there; if that is not possible, tell the people who run this Plainchat.`,
        );
      }
      assert.is(lines.length, 1);
      assert.match(
        JSON.stringify(lines[0]),
        /"origin":"https:\/\/chat\.example","host":"127\.0\.0\.1:\d+".*set PUBLIC_URL/,
      );
    },
    {},
    { log },
  )();
});

test.run();

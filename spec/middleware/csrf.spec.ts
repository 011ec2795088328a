import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withApp, type World } from '../support/app.ts';
import { bare, buttons, titleOf, valueOf, type Visitor } from '../support/visitor.ts';

const test = suite('the token of forms');

const FORM = 'application/x-www-form-urlencoded';

/** Sends a message by form with a token that need not be right. */
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
  ['with a wrong token', (_, token) => ({ _csrf: [...token].reverse().join('') })],
  ['with half of the token', (_, token) => ({ _csrf: token.slice(0, 16) })],
  ['with more than the token', (_, token) => ({ _csrf: `${token}A` })],
  ['with a token of as many characters but other bytes', (_, token) => ({ _csrf: 'é'.repeat(token.length) })],
  ["with the token of grace's session", async ({ cast }) => ({ _csrf: await (await cast('grace')).token() })],
  ["with the token of a visitor's form", async ({ visitor }) => ({ _csrf: await visitor().token() })],
];
for (const [what, fields] of forged) {
  test(
    `refuses a post ${what}, and changes nothing`,
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
  'guards every form, that of a visitor too',
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
    assert.equal(
      await ada.log(lobby),
      ['ada entered'],
      'still logged in, the room still there and one still in it',
    );
    assert.is((await world.visitor().logIn('eve')).status, 422, 'no account was made');
  }),
);

test(
  'is dead from log-in on, and from log-out on',
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
  'holds for the whole session, in every tab',
  withApp(async (world) => {
    const { ada, lobby, token } = await adaInLobby(world);
    const [first, second] = [await ada.get(`/rooms/${lobby}`), await ada.get('/rooms')];
    for (const { page } of [first, second]) {
      assert.is(page.querySelector('meta[name="csrf-token"]')?.getAttribute('content'), token);
      for (const form of page.querySelectorAll('form[method="post"]'))
        assert.is(form.querySelector('input[name="_csrf"]')?.getAttribute('value'), token);
    }
    for (let time = 1; time <= 10; time += 1)
      assert.is((await say(ada, lobby, { _csrf: token, body: `${time}` })).status, 303);
    assert.is((await ada.log(lobby)).length, 11);
  }),
);

test(
  'of a visitor holds while they are not logged in, and from a form opened before an error',
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
  'may come in a header, for JSON and for forms',
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
  'asks for no header that text browsers leave out',
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
    `${status === 303 ? 'goes with' : 'does not make up for'} the origin ${origin('http://127.0.0.1:3000')}${publicUrl ? ` where people use ${publicUrl}` : ''}`,
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
  'leads a visitor whose session has ended back to log-in, with the text kept',
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

test.run();

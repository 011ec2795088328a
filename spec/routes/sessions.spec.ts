import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { readEnv } from '../../config/env.ts';
import { createApp } from '../../server/app.ts';
import { connectLive } from '../../server/database/connect-live.ts';
import { withApp, type World } from '../support/app.ts';
import { bare, buttons, labelled, problem, titleOf, valueOf, Visitor, words } from '../support/visitor.ts';

const test = suite('sessions over HTTP');

const DAY_MS = 86_400_000;
const isLoggedIn = async (person: Visitor) => (await person.get('/rooms')).status === 200;

/** Another browser with the same cookies. */
function replay(person: Visitor): Visitor {
  const thief = new Visitor(person.base);
  for (const [name, value] of person.cookies) thief.cookies.set(name, value);
  return thief;
}

for (const login of ['ada', 'ADA', 'ａｄａ', ' ada ', 'ada@example.org', 'Ada@Example.org']) {
  test(
    `ada can log in as ${JSON.stringify(login)}`,
    withApp(async ({ cast, visitor }) => {
      await cast('ada');
      const ada = visitor();
      const answer = await ada.press(await ada.get('/login'), 'Log in', { login, password: 'correct horse' });
      assert.is(answer.status, 303);
      assert.is(answer.location, '/rooms');
      assert.ok(await isLoggedIn(ada));
    }),
  );
}

test(
  'an unknown name and a wrong password get the same sentence',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    const sentences = new Set<string>();
    for (const [login, password] of [
      ['ada', 'wrong horse'],
      ['ada@example.org', 'wrong horse'],
      ['nobody', 'correct horse'],
      ['nobody@example.org', 'correct horse'],
      ['', ''],
      ['ada', ''],
      ['a\0da', 'correct horse'],
    ] as const) {
      const person = visitor();
      const answer = await person.logIn(login, password);
      assert.is(answer.status, 422);
      assert.match(titleOf(answer), /^Error: Log in/);
      const { top, beside } = problem(answer, 'Username or email');
      assert.ok(
        beside.length > 10 && top.includes(beside.replace('Error: ', '')),
        'told at the top and beside the field',
      );
      if (!login.includes('\0')) assert.is(valueOf(labelled(answer, 'Username or email')), login);
      assert.is(valueOf(labelled(answer, 'Password')), '');
      sentences.add(top);
      assert.not.ok(await isLoggedIn(person));
    }
    assert.is(sentences.size, 1);
  }),
);

const own = ['/rooms/7', '/rooms/7?after=3', '/help', '/rooms/7?q=/%5Cevil', '/a:b'];
const foreign = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/rooms\\..\\evil',
  'https://evil.example',
  'https:evil.example',
  'HTTPS://evil.example/rooms',
  'javascript:alert(1)',
  'rooms',
  '',
  ' /rooms',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\nSet-Cookie: a=b',
  '/\0',
  '/\u0085/evil.example',
  './/evil.example',
  '@evil.example',
];
for (const [paths, leads] of [
  [own, 'to'],
  [foreign, 'never to'],
] as const) {
  for (const next of paths) {
    test(
      `log-in leads ${leads} ${JSON.stringify(next)}`,
      withApp(async ({ base, cast, visitor }) => {
        await cast('ada');
        const expected = leads === 'to' ? next : '/rooms';
        const form = await visitor().get(`/login?next=${encodeURIComponent(next)}`);
        const kept = form.page.querySelector('input[name="next"]')?.getAttribute('value');
        assert.is(kept, leads === 'to' ? next : undefined, 'in the form');
        const answer = await visitor().post('/login', { login: 'ada', password: 'correct horse', next });
        assert.is(answer.status, 303);
        assert.is(
          new URL(answer.headers.get('Location')!, base).href,
          base + expected,
          'typed into the form',
        );
      }),
    );
  }
}

test(
  'log-in leads to the page that was asked for, also after a typing error',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const again = visitor();
    const asked = await again.get(`/rooms/${lobby}?after=1`);
    assert.is(asked.status, 303);
    assert.match(asked.location ?? '', /^\/login\?next=/);
    const failed = await again.press(await again.get(asked.location!), 'Log in', {
      login: 'ada',
      password: 'wrong horse',
    });
    const answer = await again.press(failed, 'Log in', { login: 'ada', password: 'correct horse' });
    assert.is(answer.location, `/rooms/${lobby}?after=1`, 'even after a typing error');
  }),
);

test(
  'log-in gives the session a new id, and the old one opens nothing',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    await cast('grace');
    const before = replay(ada);
    const id = ada.cookies.get('sid');
    await ada.logIn('grace');
    assert.is.not(ada.cookies.get('sid'), id);
    assert.ok(await isLoggedIn(ada));
    assert.not.ok(await isLoggedIn(before));

    const planted = visitor();
    planted.cookies.set('sid', 'known-to-an-attacker');
    await planted.logIn('ada');
    assert.is.not(planted.cookies.get('sid'), 'known-to-an-attacker');
  }),
);

test(
  'log-out ends the session on the server, also for a copy of the cookie',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const copy = replay(ada);
    assert.ok(await isLoggedIn(copy));
    const answer = await ada.press(await ada.get('/rooms'), 'Log out');
    assert.is(answer.status, 303);
    assert.is(answer.location, '/');
    assert.not.ok(await isLoggedIn(ada));
    assert.not.ok(await isLoggedIn(copy));
  }),
);

test(
  'log-out in one browser leaves the others logged in',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const phone = visitor();
    await phone.logIn('ada');
    await ada.post('/logout');
    assert.ok(await isLoggedIn(phone));
  }),
);

test(
  'log-out leaves the room with one notice',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.post('/logout');
    assert.equal(await ada.log(lobby), ['ada entered', 'grace entered', 'grace left']);
  }),
);

test(
  'log-out without a session does no harm',
  withApp(async ({ visitor }) => {
    assert.is((await visitor().post('/logout')).location, '/');
  }),
);

test(
  'every page has the button to log out',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const study = await ada.createRoom('study');
    const pages = [
      ...(await Promise.all(
        [
          '/rooms',
          `/rooms/${lobby}`,
          `/rooms/${study}`,
          `/rooms/${lobby}/delete`,
          '/help',
          '/nowhere',
          '/rooms/999',
          `/rooms/${lobby}?after=x`,
        ].map((path) => ada.get(path)),
      )),
      await ada.enter(study),
      await ada.say(study, 'from outside'),
      await ada.say(lobby, ''),
      await ada.post('/rooms', { name: '' }),
      await ada.send('/rooms', { method: 'POST', body: new URLSearchParams({ name: 'forged' }) }),
    ];
    for (const page of pages) {
      assert.ok(buttons(page).includes('Log out'), titleOf(page));
      assert.match(words(page.page.querySelector('header')), /ada/);
    }
  }),
);

test(
  'the session cookie is hidden from scripts, and not sent from other sites',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    const answer = await visitor().logIn('ada');
    const lines = answer.headers.getSetCookie();
    const line = lines.find((one) => one.startsWith('sid='))!;
    assert.match(line, /; ?httponly/i);
    assert.match(line, /; ?samesite=lax/i);
    assert.match(line, /; ?path=\/(;|$)/i);
    assert.not.match(line, /; ?(secure|domain)/i);
    assert.match(line, /; ?expires=/i, 'closing the browser does not end it');
    assert.is(answer.headers.get('Strict-Transport-Security'), null);
  }),
);

test(
  'over https the session cookie is bound to the host',
  withApp(
    async ({ visitor }) => {
      const ada = visitor();
      const answer = await ada.register('ada');
      assert.is(answer.status, 303);
      const lines = answer.headers.getSetCookie();
      assert.ok(
        lines.some((line) => line.startsWith('__Host-sid=')),
        lines.join('\n'),
      );
      for (const line of lines) {
        assert.match(line, /^__Host-/);
        assert.match(line, /; ?secure/i);
        assert.match(line, /; ?path=\/(;|$)/i);
        assert.not.match(line, /domain/i);
      }
      assert.match(answer.headers.get('Strict-Transport-Security') ?? '', /^max-age=\d{8}/);
      assert.ok(await isLoggedIn(ada));
      await ada.post('/logout');
      assert.not.ok(await isLoggedIn(ada));
    },
    { publicUrl: new URL('https://chat.example') },
  ),
);

/** A second app on the same database, as after a restart. */
async function restarted(
  { orm, clock }: World,
  keys: string[],
  work: (base: string) => Promise<void>,
): Promise<void> {
  const live = await connectLive(orm);
  const { listener } = createApp({
    orm,
    live,
    env: { ...readEnv({}), scryptLogN: 4 },
    keys,
    clock: clock.now,
  });
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await live.close();
  }
}

test(
  'a session survives a restart, with its token and presence',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await ada.get(`/rooms/${lobby}`);
    await restarted(world, ['a key for specs'], async (base) => {
      const after = new Visitor(base);
      for (const [name, value] of ada.cookies) after.cookies.set(name, value);
      assert.is((await after.press(page, 'Send', { body: 'still here' })).status, 303);
      assert.equal(await after.log(lobby), ['ada entered', 'ada: still here']);
    });
  }),
);

test(
  'a session needs a key that signed it, and a newer key may stand before that',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    for (const [keys, expected] of [
      [['a key of somebody else'], false],
      [['a newer key', 'a key for specs'], true],
    ] as const) {
      await restarted(world, [...keys], async (base) => {
        const after = new Visitor(base);
        for (const [name, value] of ada.cookies) after.cookies.set(name, value);
        assert.is(await isLoggedIn(after), expected);
      });
    }
  }),
);

test(
  'a session is found among the extra names that lynx sends as cookies',
  withApp(async ({ base, cast }) => {
    const ada = await cast('ada');
    const [first = '', ...rest] = ada.cookieHeader.split('; ');
    const Cookie = `$Version="1"; ${first}; SameSite=Lax; path=/; HttpOnly; ${rest.join('; SameSite=Lax; ')}; =; ;; __proto__=x`;
    assert.is((await bare(base, { path: '/rooms', headers: { Cookie } })).status, 200);
  }),
);

test(
  'a changed cookie opens no session',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const sid = ada.cookies.get('sid')!;
    ada.cookies.set('sid', sid.slice(0, -1) + (sid.endsWith('A') ? 'B' : 'A'));
    assert.not.ok(await isLoggedIn(ada));
  }),
);

test(
  'a session ends after 30 days without a sign of life',
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    for (const days of [29, 29, 29]) {
      clock.pass(days * DAY_MS);
      assert.ok(await isLoggedIn(ada));
    }
    clock.pass(31 * DAY_MS);
    assert.not.ok(await isLoggedIn(ada));
  }),
);

test(
  'a session ends after 365 days in all',
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    for (let days = 0; days < 360; days += 20) {
      assert.ok(await isLoggedIn(ada), `after ${days} days`);
      clock.pass(20 * DAY_MS);
    }
    clock.pass(6 * DAY_MS);
    assert.not.ok(await isLoggedIn(ada));
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { everything, isSane, onScene, type Row, send } from '../support/hostile.ts';
import { bare, Visitor } from '../support/visitor.ts';

const test = suite("sessions and tokens that are not one's own");

/** A browser with somebody's cookies. */
function withCookies(base: string, cookies: Iterable<[string, string]>): Visitor {
  const visitor = new Visitor(base);
  for (const [name, value] of cookies) visitor.cookies.set(name, value);
  return visitor;
}

test(
  'are worth nothing after log-out, to read, to write, and to poll',
  onScene(async (scene) => {
    const {
      base,
      people: { ada },
      rooms: { LOBBY },
    } = scene;
    const [kept, token] = [[...ada.cookies], await ada.token()];
    await ada.post('/logout');
    const before = await everything(scene);
    const thief = withCookies(base, kept);
    assert.is((await thief.get('/rooms')).location, '/login?next=%2Frooms');
    assert.is((await thief.poll(LOBBY, 0)).status, 401);
    for (const path of ['/rooms', `/rooms/${LOBBY}/messages`, '/settings/password']) {
      const answer = await thief.send(path, {
        method: 'POST',
        body: new URLSearchParams({ _csrf: token, name: 'x', body: 'x', key: '12345678' }),
        headers: { Accept: 'text/html' },
      });
      assert.is(answer.status, 403, path);
    }
    assert.is(await everything(scene), before);
  }),
);

test(
  'are worth nothing after a change of password elsewhere, or where the session was ended from another browser',
  onScene(async ({ base, visitor, people: { ada } }) => {
    const thief = withCookies(base, ada.cookies);
    const own = visitor();
    await own.logIn('ada');
    await own.post('/settings/password', { current: 'correct horse', password: 'battery staple' });
    assert.is((await thief.get('/rooms')).status, 303);
    assert.is((await own.get('/rooms')).status, 200);
  }),
);

test(
  'do not outlive a log-in: what was in the browser before opens nothing',
  onScene(async ({ base, visitor }) => {
    const victim = visitor();
    await victim.get('/login');
    const planted = [...victim.cookies];
    await victim.logIn('ada');
    assert.is((await withCookies(base, planted).get('/rooms')).status, 303);
    const first = [...victim.cookies];
    await victim.logIn('grace');
    assert.is(
      (
        await withCookies(
          base,
          [...first].filter(([name]) => name.startsWith('sid')),
        ).get('/rooms')
      ).status,
      303,
      'nor does the session of who was logged in before',
    );
  }),
);

test(
  'cannot be planted: an id that the server did not make is none, signed or not',
  onScene(async ({ base, people: { ada } }) => {
    const sid = ada.cookies.get('sid')!;
    const signature = ada.cookies.get('sid.sig')!;
    for (const [id, sig] of [
      ['x'.repeat(32), signature],
      [sid, 'x'.repeat(27)],
      [sid.slice(0, -1), signature],
      [sid, ''],
      [`${sid}x`, signature],
      [sid.toUpperCase(), signature],
      [signature, sid],
    ] as const) {
      assert.is(
        (
          await withCookies(base, [
            ['sid', id],
            ['sid.sig', sig],
          ]).get('/rooms')
        ).status,
        303,
        `${id} ${sig}`,
      );
    }
  }),
);

/** The token of one session with the cookies of another. */
const swapped = [
  '/rooms',
  '/rooms/LOBBY/messages',
  '/rooms/LOBBY/rename',
  '/settings/username',
  '/logout',
  '/people/linus/block',
];
test(
  'have tokens that nobody else can use',
  onScene(async (scene) => {
    const before = await everything(scene);
    const { people } = scene;
    for (const [by, of] of [
      ['ada', 'grace'],
      ['ada', 'nobody'],
      ['nobody', 'ada'],
    ] as const) {
      const token = await people[of].token();
      for (const path of swapped) {
        const row: Row = {
          what: `${by} with the token of ${of}`,
          by,
          path,
          form: { name: 'x', body: 'x', key: '12345678', username: 'x' },
          token,
          status: [403],
        };
        const answer = await send(scene, row);
        isSane(answer, row.what);
        assert.is(answer.status, 403, `${row.what} to ${path}`);
      }
    }
    assert.is(await everything(scene), before);
  }),
);

test(
  'have tokens that end with them',
  onScene(async (scene) => {
    const {
      people: { ada },
    } = scene;
    const stale = await ada.token();
    await ada.post('/logout');
    await ada.logIn('ada');
    const before = await everything(scene);
    assert.is(
      (
        await send(scene, {
          what: 'a stale token',
          path: '/rooms',
          form: { name: 'x' },
          token: stale,
          status: [403],
        })
      ).status,
      403,
    );
    assert.is(await everything(scene), before);
  }),
);

test(
  'are in cookies that no script reads and no other site sends',
  onScene(async ({ base, visitor }) => {
    const person = visitor();
    await person.get('/login');
    const answer = await bare(base, {
      path: '/login',
      method: 'POST',
      headers: { Cookie: person.cookieHeader, 'Content-Type': 'application/x-www-form-urlencoded' },
      body: String(
        new URLSearchParams({ login: 'ada', password: 'correct horse', _csrf: await person.token() }),
      ),
    });
    const cookies = answer.headers['set-cookie'] ?? [];
    assert.ok(cookies.length > 0);
    for (const cookie of cookies) {
      assert.match(cookie, /; httponly/i);
      assert.match(cookie, /; samesite=lax/i);
      assert.match(cookie, /; path=\//i);
      assert.not.match(cookie, /; domain=/i);
    }
  }),
);

test(
  'lead after log-in to a page of ours alone',
  onScene(async ({ visitor }) => {
    for (const next of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '\\/evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      '/\u0000',
      '',
    ]) {
      assert.is(
        (await visitor().post('/login', { login: 'ada', password: 'correct horse', next })).location,
        '/rooms',
        JSON.stringify(next),
      );
    }
    for (const next of [
      '/rooms/1?after=2',
      '/people',
      '/settings#x',
      '/@evil.example',
      '/rooms?next=//evil.example',
    ]) {
      assert.is(
        (await visitor().post('/login', { login: 'ada', password: 'correct horse', next })).location,
        next,
      );
    }
  }),
);

test.run();

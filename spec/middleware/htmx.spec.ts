import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { problem, titleOf } from '../support/visitor.ts';

const test = suite('htmx forms');

const HTMX = { 'HX-Request': 'true' };

test(
  'a successful htmx form answers with HX-Redirect, so that the browser loads a whole page',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    const ada = visitor();
    const login = await ada.post(
      '/login',
      { login: 'ada', password: 'correct horse', next: '/rooms?x=1' },
      HTMX,
    );
    assert.is(login.status, 200);
    assert.is(login.headers.get('HX-Redirect'), '/rooms?x=1');
    assert.is(login.headers.get('Location'), null);
    assert.is(login.text, '');
    const grace = visitor();
    assert.is(
      (
        await grace.post(
          '/register',
          { username: 'grace', email: 'grace@example.org', password: 'correct horse' },
          HTMX,
        )
      ).headers.get('HX-Redirect'),
      '/rooms',
    );
    const room = await (await cast('linus')).post('/rooms', { name: 'lobby' }, HTMX);
    assert.is(room.status, 200);
    assert.match(room.headers.get('HX-Redirect') ?? '', /^\/rooms\/\d+$/);
  }),
);

test(
  'a refused htmx form gets the page with its errors',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    for (const [path, fields, label] of [
      ['/register', { username: 'ada' }, 'Username'],
      ['/login', { login: 'ada' }, 'Username or email'],
    ] as const) {
      const answer = await visitor().post(
        path,
        { ...fields, email: 'x@example.org', password: 'wrong horse' },
        HTMX,
      );
      assert.is(answer.status, 422);
      assert.match(titleOf(answer), /^Error: /);
      assert.ok(problem(answer, label).beside);
      assert.is(answer.headers.get('HX-Redirect'), null);
    }
  }),
);

test(
  'an htmx form without a session is redirected to log-in',
  withApp(async ({ visitor }) => {
    const answer = await visitor().post('/rooms', { name: 'lobby' }, HTMX);
    assert.is(answer.status, 200);
    assert.match(answer.headers.get('HX-Redirect') ?? '', /^\/login/);
  }),
);

test(
  'an htmx form to enter a second room gets the page with the choice of rooms',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const study = await grace.createRoom('study');
    await ada.createRoom('lobby');
    const answer = await ada.post(`/rooms/${study}/enter`, {}, HTMX);
    assert.is(answer.status, 409);
    assert.match(answer.text, /Leave .*lobby.* and enter .*study/);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import {
  type Answer,
  buttons,
  labelled,
  problem,
  titleOf,
  valueOf,
  type Visitor,
  words,
} from '../support/visitor.ts';

const test = suite('accounts over HTTP');

const good = { username: 'ada', email: 'ada@example.org', password: 'correct horse' };
const shown = async (person: Visitor) => (await person.get('/rooms')).page.querySelector('header')!.text;

test(
  'the registration form creates an account and logs in',
  withApp(async ({ visitor }) => {
    const ada = visitor();
    const form = await ada.get('/register');
    assert.is(form.status, 200);
    const answer = await ada.press(form, 'Create account', good);
    assert.is(answer.status, 303);
    assert.is(answer.location, '/rooms');
    assert.match(await shown(ada), /ada\s+Log out/);
  }),
);

test(
  'the registration form has three labelled fields',
  withApp(async ({ visitor }) => {
    const form = await visitor().get('/register');
    const types = ['Username', 'Email', 'Password'].map((label) =>
      labelled(form, label).getAttribute('type'),
    );
    assert.equal(types, ['text', 'email', 'password']);
    assert.ok(buttons(form).includes('Create account'));
  }),
);

const refused: [what: string, label: 'Username' | 'Email' | 'Password', value: string, sentence: RegExp][] = [
  ['no username', 'Username', '', /Enter a username/],
  ['a username of spaces', 'Username', '   ', /Enter a username/],
  ['a username of 33 characters', 'Username', 'a'.repeat(33), /at most 32 characters/],
  ['a username with a space', 'Username', 'ada lovelace', /letters, digits/],
  ['a username with markup', 'Username', '<b>ada', /letters, digits/],
  ['a username with a slash', 'Username', 'ada/..', /letters, digits/],
  ['a username with an emoji', 'Username', 'ada😀', /letters, digits/],
  ['a username with an invisible character', 'Username', 'a\u200bda', /letters, digits/],
  ['a username with a right-to-left override', 'Username', 'a\u202eda', /letters, digits/],
  ['a username with a NUL', 'Username', 'a\0da', /letters, digits/],
  ['a username of only punctuation marks', 'Username', '_.-', /at least one letter or digit/],
  ['no email', 'Email', '', /Enter an email/],
  ['an email without @', 'Email', 'ada', /name@example\.org/],
  ['an email without a name', 'Email', '@example.org', /name@example\.org/],
  ['an email without a host', 'Email', 'ada@', /name@example\.org/],
  ['an email with two @', 'Email', 'ada@home@example.org', /name@example\.org/],
  ['two emails', 'Email', 'ada@example.org,grace@example.org', /name@example\.org/],
  ['an email with a line break', 'Email', 'ada@example.org\r\nBcc: grace@example.org', /name@example\.org/],
  ['an email with a NUL', 'Email', 'a\0da@example.org', /name@example\.org/],
  ['an email of 300 characters', 'Email', `${'a'.repeat(288)}@example.org`, /at most 254/],
  ['no password', 'Password', '', /at least 8/],
  ['a password of 7 characters', 'Password', 'zwölf77', /at least 8/],
  ['a password of 7 emoji of two UTF-16 units each', 'Password', '😀'.repeat(7), /at least 8/],
  ['a password of 257 characters', 'Password', 'x'.repeat(257), /at most 256/],
  ['a password with a NUL', 'Password', 'correct\0horse', /invalid character/],
  ['one of the commonest passwords', 'Password', 'password', /too common/],
  ['one of the commonest passwords in capitals', 'Password', 'PASSWORD', /too common/],
];
for (const [what, label, value, sentence] of refused) {
  test(
    `a registration with ${what} is refused, at the top and beside the field`,
    withApp(async ({ visitor }) => {
      const person = visitor();
      const answer = await person.post('/register', { ...good, [label.toLowerCase()]: value });
      assert.is(answer.status, 422);
      assert.match(titleOf(answer), /^Error: Create account/);
      const { top, beside } = problem(answer, label);
      assert.match(top, sentence);
      assert.match(beside, sentence);
      assert.is((await person.get('/rooms')).status, 303, 'not logged in');
    }),
  );
}

test(
  'a refused registration tells every problem at once, and keeps what was typed except the password',
  withApp(async ({ visitor }) => {
    const answer = await visitor().post('/register', {
      username: 'a "quoted" <b>',
      email: 'nobody',
      password: 'seven77',
    });
    assert.is(answer.status, 422);
    for (const label of ['Username', 'Email', 'Password']) assert.ok(problem(answer, label).beside, label);
    assert.is(valueOf(labelled(answer, 'Username')), 'a "quoted" <b>');
    assert.is(valueOf(labelled(answer, 'Email')), 'nobody');
    assert.is(valueOf(labelled(answer, 'Password')), '');
    assert.not.match(answer.text, 'seven77');
  }),
);

const taken: [what: string, fields: Partial<typeof good>, label: string][] = [
  ['username', { username: 'ada' }, 'Username'],
  ['username in capitals', { username: 'ADA' }, 'Username'],
  ['username in wide letters', { username: 'ａｄａ' }, 'Username'],
  ['email', { email: 'ada@example.org' }, 'Email'],
  ['email in capitals', { email: 'ADA@Example.ORG' }, 'Email'],
];
for (const [what, fields, label] of taken) {
  test(
    `a registration with the ${what} of ada is refused`,
    withApp(async ({ cast, visitor }) => {
      await cast('ada');
      const answer = await visitor().post('/register', {
        username: 'other',
        email: 'other@example.org',
        password: 'correct horse',
        ...fields,
      });
      assert.is(answer.status, 422);
      assert.match(problem(answer, label).beside, /taken|already/);
      assert.match(problem(answer, label).top, /taken|already/);
    }),
  );
}

test(
  'when twenty registrations want one username at the same time, one gets it',
  withApp(async ({ visitor }) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        visitor().post('/register', {
          username: number % 2 ? 'ada' : 'Ada',
          email: `ada${number}@example.org`,
          password: 'correct horse',
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).toSorted();
    assert.equal(statuses, [303, ...Array<number>(19).fill(422)]);
  }),
);

const usernames: [typed: string, kept: string][] = [
  ['A', 'A'],
  ['7', '7'],
  ['Ada_L-1.0', 'Ada_L-1.0'],
  ['a'.repeat(32), 'a'.repeat(32)],
  ['小林', '小林'],
  ['Ægir', 'Ægir'],
  ['किशोर', 'किशोर'],
  ['𐐀'.repeat(32), '𐐀'.repeat(32)],
  ['ﬁne', 'fine'],
  ['ｗｉｄｅ', 'wide'],
  ['e\u0301', 'é'],
  ['  ada ', 'ada'],
];
for (const [typed, kept] of usernames) {
  test(
    `the username ${JSON.stringify(typed)} is accepted, and shown as ${kept}`,
    withApp(async ({ visitor }) => {
      const person = visitor();
      assert.is((await person.post('/register', { ...good, username: typed })).status, 303);
      assert.is((await person.get('/rooms')).page.querySelector('header strong')!.text, kept);
    }),
  );
}

for (const password of [
  ' spaces count ',
  '😀'.repeat(8),
  'x'.repeat(256),
  '密'.repeat(256),
  'aaaaaaab'.repeat(2),
]) {
  test(
    `the password ${password.slice(0, 16)} is accepted as typed`,
    withApp(async ({ visitor }) => {
      assert.is((await visitor().register('ada', password)).status, 303);
      assert.is((await visitor().logIn('ada', password)).status, 303);
      assert.is((await visitor().logIn('ada', password.trim().slice(1))).status, 422);
    }),
  );
}

test(
  'a refused registration in JSON names the field',
  withApp(async ({ visitor }) => {
    const answer = await visitor().postJson('/register', { ...good, username: '\ud800' });
    assert.is(answer.status, 422);
    assert.is(answer.json().error.field, 'username');
  }),
);

test(
  'deleting an account takes the password, on a page that says first what happens',
  withApp(async ({ cast, visitor }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.say(lobby, 'hello');
    assert.ok(
      (await grace.get('/settings')).page
        .querySelectorAll('main a')
        .some(
          (link) => words(link) === 'Delete my account' && link.getAttribute('href') === '/settings/delete',
        ),
    );
    const form = await grace.get('/settings/delete');
    assert.match(words(form.page.querySelector('main')), /former member/);
    const refused = await grace.press(form, 'Delete my account', { current: 'wrong horse' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'Your password').beside, /not your password/);
    const answer = await grace.press(refused, 'Delete my account', { current: 'correct horse' });
    assert.equal([answer.status, answer.location], [303, '/goodbye']);
    assert.match(words((await grace.get('/goodbye')).page.querySelector('main')), /Your account is deleted/);
    assert.is((await grace.get('/rooms')).status, 303);
    assert.is((await visitor().logIn('grace')).status, 422);
    assert.is((await visitor().register('grace')).status, 422);
    assert.is((await ada.get('/people/grace')).status, 404);
    assert.equal((await ada.log(lobby)).slice(1), [
      'former member entered',
      'former member: hello',
      'former member left',
      'former member quit',
    ]);
  }),
);

test(
  'the only administrator of a room learns which rooms need another one, or deletion, before they can delete their account',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = await ada.get('/settings/delete');
    assert.equal(
      page.page.querySelectorAll('main li a').map((link) => link.getAttribute('href')),
      [`/rooms/${lobby}/manage`, `/rooms/${lobby}/delete`],
    );
    assert.equal(buttons(page), ['Log out']);
    const refused = await ada.post('/settings/delete', { current: 'correct horse' });
    assert.is(refused.status, 422);
    assert.match(
      words(refused.page.querySelector('.problems, [role="alert"]')),
      /only administrator of lobby/,
    );
    assert.match(await shown(ada), /ada\s+Log out/);
    await ada.post(`/rooms/${lobby}/delete`);
    assert.is((await ada.post('/settings/delete', { current: 'correct horse' })).location, '/goodbye');
  }),
);

test(
  'deleting an account logs out every browser of the user at once',
  withApp(async ({ cast, visitor }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    const phone = visitor();
    await phone.logIn('grace');
    await phone.enter(lobby);
    assert.is((await phone.poll(lobby, 2)).status, 204);
    await grace.post('/settings/delete', { current: 'correct horse' });
    assert.is((await phone.poll(lobby, 2)).status, 401);
  }),
);

test(
  'a user can download all their data as a file',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'hello');
    const answer = await ada.get('/settings/data');
    assert.match(
      answer.headers.get('Content-Disposition')!,
      /^attachment; filename="plainchat-\d{4}-\d\d-\d\d\.json"$/,
    );
    assert.match(answer.headers.get('Content-Type')!, /^application\/json/);
    assert.equal(
      answer.json().messages.map(({ body }: { body: string }) => body),
      ['hello'],
    );
    assert.is((await visitor().get('/settings/data')).location, '/login?next=%2Fsettings%2Fdata');
  }),
);

const notice = ({ page }: Answer) => words(page.querySelector('main [role="status"]'));

test(
  'all that is wrong with a new account is told at once: what is taken, too',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    const problemsOf = async (username: string, email: string, password: string) => {
      const { page } = await visitor().post('/register', { username, email, password });
      return page.querySelectorAll('main .problems a').map((link) => link.getAttribute('href'));
    };
    assert.equal(await problemsOf('ADA', 'ada@example.org', 'short'), ['#username', '#email', '#password']);
    assert.equal(await problemsOf('Ada', 'nowhere', 'correct horse'), ['#username', '#email']);
    assert.equal(await problemsOf('a b', 'ADA@example.org', 'correct horse'), ['#username', '#email']);
    assert.equal(await problemsOf('a b', 'nowhere', 'correct horse'), ['#username', '#email']);
    assert.equal(await problemsOf('grace', 'grace@example.org', 'short'), ['#password']);
  }),
);

test(
  'who logs in, creates an account or logs out is told so, once',
  withApp(async ({ visitor }) => {
    const person = visitor();
    await person.register('ada');
    assert.is(notice(await person.get('/rooms')), 'Welcome, ada. Your account is created.');
    assert.is((await person.get('/rooms')).page.querySelector('main [role="status"]'), null);
    assert.is((await person.post('/logout')).location, '/');
    const out = await person.get('/');
    assert.is(notice(out), 'You are logged out.');
    assert.is(out.page.querySelector('main [role="status"]')?.getAttribute('autofocus'), '');
    assert.is((await person.get('/')).page.querySelector('main [role="status"]'), null);
    await person.logIn('ada');
    assert.is(notice(await person.get('/rooms')), 'Welcome back, ada.');
  }),
);

test(
  'who is logged in is led on from the pages of log-in and registration',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const path of ['/login', '/register']) {
      const { status, location } = await ada.get(path);
      assert.equal([status, location], [303, '/rooms'], path);
      assert.is((await ada.get(`${path}?next=/people`)).location, '/people');
      assert.is((await ada.get(`${path}?next=//evil.example`)).location, '/rooms');
    }
  }),
);

test.run();

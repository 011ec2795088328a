import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sessionId } from '../../server/chat/session.ts';
import { withApp, type World } from '../support/app.ts';
import {
  buttons,
  labelled,
  problem,
  titleOf,
  valueOf,
  words,
  type Answer,
  type Visitor,
} from '../support/visitor.ts';

const test = suite('settings');

const RIGHT = 'correct horse';
const NEW = 'battery staple';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';

const isLoggedIn = async (person: Visitor) => (await person.get('/rooms')).status === 200;
const checked = ({ page }: Answer) =>
  page
    .querySelectorAll('form[action="/settings"] input[checked]')
    .map((radio) => `${radio.getAttribute('name')}=${radio.getAttribute('value')}`);
const sessionsOn = ({ page }: Answer) =>
  page
    .querySelectorAll('main li')
    .filter((item) => item.querySelector('time'))
    .map(words);
const post = (person: Visitor, what: string, fields: Record<string, string>) =>
  person.post(`/settings/${what}`, fields);

/** The page that a form leads to, which tells what was done. */
async function then(person: Visitor, answer: Answer): Promise<Answer> {
  assert.is(answer.status, 303);
  return person.get(answer.location!);
}

/** Logs in from another browser. */
async function another({ visitor }: World, login: string, userAgent = FIREFOX): Promise<Visitor> {
  const person = visitor();
  const answer = await person.post('/login', { login, password: RIGHT }, { 'User-Agent': userAgent });
  assert.is(answer.status, 303);
  return person;
}

/** Where on a page the links of the error summary lead: the names of the fields. */
const linked = ({ page }: Answer) =>
  page.querySelectorAll('main [role="alert"] a').map((link) => {
    const target = page.querySelector(`[id="${link.getAttribute('href')!.slice(1)}"]`);
    return target?.getAttribute('name') ?? target?.tagName;
  });

test(
  'are for who is logged in, who finds them by a link on every page',
  withApp(async ({ cast, visitor }) => {
    const answer = await visitor().get('/settings');
    assert.equal([answer.status, answer.location], [303, '/login?next=%2Fsettings']);
    const page = await (await cast('ada')).get('/rooms');
    assert.ok(
      page.page
        .querySelectorAll('nav a')
        .some((link) => words(link) === 'Settings' && link.getAttribute('href') === '/settings'),
    );
    assert.not(
      (await visitor().get('/')).page.querySelectorAll('nav a').some((link) => words(link) === 'Settings'),
    );
  }),
);

test(
  'have one form for each act, with its own button, and every id once',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    await another(world, 'ada');
    const answer = await ada.get('/settings');
    assert.is(titleOf(answer), 'Settings – Plainchat');
    const own = buttons(answer).filter((name) => name !== 'Log out');
    assert.equal(own.slice(0, 5), [
      'Save settings',
      'Save announcements',
      'Change username',
      'Change email',
      'Change password',
    ]);
    assert.is(own.length, 6);
    const ids = answer.page.querySelectorAll('[id]').map(({ id }) => id);
    assert.equal(ids, [...new Set(ids)]);
    for (const label of ['Time zone', 'Username', 'Email', 'Current password', 'New password'])
      labelled(answer, label);
    for (const password of answer.page.querySelectorAll('input[type="password"]'))
      assert.is(valueOf(password), '');
  }),
);

test(
  'are saved by a form that shows them, and lead to a page that was not visited before',
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    const before = await ada.get('/settings');
    assert.equal(checked(before), [
      'hourCycle=h23',
      'foundByEmail=yes',
      'whereabouts=friends',
      'enterSends=no',
      'liveView=off',
      'reportLinks=yes',
      'style=calm',
    ]);
    assert.is(valueOf(labelled(before, 'Time zone')), '');
    const answer = await ada.press(before, 'Save settings', {
      zone: 'Asia/Tokyo',
      hourCycle: 'h12',
      foundByEmail: 'no',
      whereabouts: 'nobody',
      enterSends: 'yes',
      liveView: '30s',
      reportLinks: 'no',
      style: 'y2k',
    });
    const after = await then(ada, answer);
    assert.is(words(after.page.querySelector('main [role="status"]')), 'Your settings are saved.');
    assert.equal(checked(after), [
      'hourCycle=h12',
      'foundByEmail=no',
      'whereabouts=nobody',
      'enterSends=yes',
      'liveView=30s',
      'reportLinks=no',
      'style=y2k',
    ]);
    assert.is(valueOf(labelled(after, 'Time zone')), 'Asia/Tokyo');
    clock.pass(1);
    const again = await ada.press(after, 'Save settings');
    assert.is.not(again.location, answer.location);
    assert.equal(checked(await then(ada, again)), checked(after), 'nothing is lost by saving what is shown');
  }),
);

test(
  'that are no choice are refused at the top and beside the field, with what else was chosen kept',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const answer = await ada.post('/settings', {
      zone: 'Mars/Base',
      hourCycle: 'h12',
      foundByEmail: 'no',
      whereabouts: 'all',
      enterSends: 'yes',
      style: 'y2k',
    });
    assert.is(answer.status, 422);
    assert.match(titleOf(answer), /^Error: Settings/);
    assert.match(problem(answer, 'Time zone').beside, /Error: There is no such time zone/);
    assert.equal(linked(answer), ['zone', 'FIELDSET']);
    assert.equal(checked(answer), ['hourCycle=h12', 'foundByEmail=no', 'enterSends=yes', 'style=y2k']);
    assert.equal(checked(await ada.get('/settings')), [
      'hourCycle=h23',
      'foundByEmail=yes',
      'whereabouts=friends',
      'enterSends=no',
      'liveView=off',
      'reportLinks=yes',
      'style=calm',
    ]);
  }),
);

test(
  "of the time apply to pages: the zone chosen, else the browser's, else UTC",
  withApp(async ({ cast, clock }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    clock.pass(24 * 3_600_000 - (clock.now().getTime() % (24 * 3_600_000)) + 65 * 60_000);
    await ada.enter(lobby);
    await ada.say(lobby, 'hello');
    const shown = async () => {
      const { page } = await ada.get(`/rooms/${lobby}`);
      return [
        words(page.querySelector('.message time')),
        words(page.querySelector('#zone')),
        page.querySelector('.log')?.getAttribute('data-zone'),
        page.querySelector('.log')?.getAttribute('data-hours'),
      ];
    };
    assert.equal(await shown(), ['01:05', 'Times are in UTC.', undefined, undefined]);
    ada.cookies.set('zone', 'Asia/Tokyo');
    assert.equal(await shown(), ['10:05', 'Times are in Asia/Tokyo.', undefined, undefined]);
    await ada.post('/settings', { zone: 'Pacific/Honolulu', hourCycle: 'h12' });
    assert.equal(await shown(), ['3:05 pm', 'Times are in Pacific/Honolulu.', 'Pacific/Honolulu', 'h12']);
    await ada.post('/settings', { zone: '' });
    assert.equal(await shown(), ['10:05 am', 'Times are in Asia/Tokyo.', undefined, 'h12']);
  }),
);

test(
  'of the Enter key change nothing without script, and nothing is said of it',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const page = async () => (await ada.get(`/rooms/${lobby}`)).page;
    const before = await page();
    await ada.post('/settings', { enterSends: 'yes' });
    const after = await page();
    assert.equal(
      [before, after].map((one) => one.querySelector('#message')!.hasAttribute('data-sends')),
      [false, true],
    );
    for (const one of [before, after])
      assert.not.match(one.querySelector('main')!.text, /Shift|makes a new line/);
  }),
);

test(
  'of the password end all other sessions, and this one goes on with its token',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const [telephone, grace] = [await another(world, 'ada'), await world.cast('grace')];
    const before = await ada.get('/settings');
    const after = await then(
      ada,
      await ada.press(before, 'Change password', { current: RIGHT, password: NEW }),
    );
    assert.match(words(after.page.querySelector('main [role="status"]')), /Your password is changed/);
    assert.is((await ada.press(before, 'Save settings')).status, 303, 'from a page of before');
    assert.equal(
      [await isLoggedIn(ada), await isLoggedIn(telephone), await isLoggedIn(grace)],
      [true, false, true],
    );
    assert.is((await world.visitor().logIn('ada', RIGHT)).status, 422);
    assert.is((await world.visitor().logIn('ada', NEW)).status, 303);
  }),
);

for (const [what, typed, label, sentence] of [
  ['a wrong current one', { current: 'wrong horse', password: NEW }, 'Current password', /not your password/],
  ['no current one', { password: NEW }, 'Current password', /not your password/],
  ['a new one that is short', { current: RIGHT, password: 'short' }, 'New password', /at least 8/],
  ['a new one that is common', { current: RIGHT, password: 'password' }, 'New password', /commonest/],
] as const) {
  test(
    `of the password are refused with ${what}, at the top and beside the field`,
    withApp(async (world) => {
      const ada = await world.cast('ada');
      const telephone = await another(world, 'ada');
      const answer = await post(ada, 'password', { ...typed });
      assert.is(answer.status, 422);
      const { top, beside } = problem(answer, label);
      assert.match(top, sentence);
      assert.match(beside, sentence);
      assert.equal(linked(answer), [label === 'New password' ? 'password' : 'current']);
      assert.is(answer.page.querySelectorAll('[aria-invalid]').length, 1, 'in that form alone');
      assert.is(
        answer.page.querySelector('main [role="alert"] a')?.getAttribute('href'),
        `#${labelled(answer, label).id}`,
      );
      assert.not.match(answer.text, /battery staple|wrong horse|value="short"/);
      assert.ok(await isLoggedIn(telephone));
      assert.is((await world.visitor().logIn('ada', RIGHT)).status, 303);
    }),
  );
}

test(
  'of the password are limited where it is guessed, together with log-in',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    for (let time = 0; time < 5; time += 1) {
      assert.is((await post(ada, 'password', { current: `wrong ${time}`, password: NEW })).status, 422);
      assert.is(
        (await post(ada, 'email', { current: `wrong ${time}`, email: 'ada@example.net' })).status,
        422,
      );
    }
    const answer = await post(ada, 'password', { current: RIGHT, password: NEW });
    assert.is(answer.status, 429);
    assert.is(answer.headers.get('Retry-After'), '600');
    assert.match(words(answer.page.querySelector('main [role="alert"]')), /Wait 10 minutes/);
    assert.is((await visitor().logIn('ada', RIGHT)).status, 429);
  }),
);

test(
  'of the username apply to what was said before, at once',
  withApp(async ({ cast, visitor }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'hello');
    const after = await then(
      ada,
      await ada.press(await ada.get('/settings'), 'Change username', { username: 'countess' }),
    );
    assert.match(words(after.page.querySelector('header')), /Logged in as countess/);
    assert.is(valueOf(labelled(after, 'Username')), 'countess');
    await grace.enter(lobby);
    assert.equal(await grace.log(lobby), ['countess entered', 'countess: hello', 'grace entered']);
    assert.equal(
      [(await visitor().logIn('ada')).status, (await visitor().logIn('countess')).status],
      [422, 303],
    );
    const impostor = await visitor().register('Ada');
    assert.is(impostor.status, 422);
    assert.match(problem(impostor, 'Username').beside, /taken/);
  }),
);

test(
  'of the username that are refused keep what was typed, and show the name that holds',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    await cast('grace');
    const answer = await post(ada, 'username', { username: 'GRACE' });
    assert.is(answer.status, 422);
    assert.match(problem(answer, 'Username').beside, /taken/);
    assert.equal(linked(answer), ['username']);
    assert.is(valueOf(labelled(answer, 'Username')), 'GRACE');
    assert.is(valueOf(labelled(answer, 'Email')), 'ada@example.org');
    assert.match(words(answer.page.querySelector('header')), /Logged in as ada/);
  }),
);

test(
  'of the email ask for the password, and then hold',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const refused = await post(ada, 'email', { email: 'countess@example.org', current: 'wrong horse' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'Your password').beside, /not your password/);
    assert.equal(linked(refused), ['current']);
    assert.is(
      refused.page.querySelector('main [role="alert"] a')?.getAttribute('href'),
      `#${labelled(refused, 'Your password').id}`,
    );
    assert.is(valueOf(labelled(refused, 'Email')), 'countess@example.org');
    const after = await then(ada, await ada.press(refused, 'Change email', { current: RIGHT }));
    assert.is(valueOf(labelled(after, 'Email')), 'countess@example.org');
    assert.equal(
      [
        (await visitor().logIn('ada@example.org')).status,
        (await visitor().logIn('countess@example.org')).status,
      ],
      [422, 303],
    );
  }),
);

test(
  'list the sessions with browser and times, and end each but this',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    world.clock.pass(60_000);
    const telephone = await another(world, 'ada');
    await another(world, 'ada', 'Lynx/2.9');
    await world.cast('grace');
    const page = await ada.get('/settings');
    const listed = sessionsOn(page);
    assert.is(listed.length, 3);
    assert.is(
      listed.filter(
        (line) => line.includes('This is the browser that you are using.') && !line.includes('End session'),
      ).length,
      1,
    );
    for (const line of listed)
      assert.match(line, /Logged in on \w+ \d+ \w+ \d{4}, \d\d:\d\d\. Last seen on \w+/);
    const [end] = buttons(page).filter((name) => name.startsWith('End session: Firefox on Linux'));
    const after = await then(ada, await ada.press(page, end!));
    assert.match(words(after.page.querySelector('main [role="status"]')), /The session is ended/);
    assert.equal(
      [sessionsOn(after).length, await isLoggedIn(telephone), await isLoggedIn(ada)],
      [2, false, true],
    );
    assert.ok(sessionsOn(after).some((line) => line.startsWith('lynx')));
  }),
);

test(
  'end no session of others, none that is none, and not this one',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const idOf = (person: Visitor) => sessionId(person.cookies.get('sid')!);
    assert.is((await post(ada, `sessions/${idOf(grace)}/end`, {})).status, 404);
    assert.ok(await isLoggedIn(grace));
    assert.is((await post(ada, 'sessions/nothing/end', {})).status, 404);
    const answer = await post(ada, `sessions/${idOf(ada)}/end`, {});
    assert.is(answer.status, 422);
    assert.match(words(answer.page.querySelector('main [role="alert"]')), /log out/);
    assert.ok(await isLoggedIn(ada));
  }),
);

test(
  'show a browser that calls itself anything as text',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    await another(world, 'ada', '<script>alert(1)</script>');
    assert.ok(sessionsOn(await ada.get('/settings')).some((line) => line.startsWith('An unknown browser')));
  }),
);

test(
  'lead on by htmx as without it',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const answer = await ada.post('/settings', { hourCycle: 'h12' }, { 'HX-Request': 'true' });
    assert.is(answer.status, 200);
    assert.match(answer.headers.get('HX-Redirect') ?? '', /^\/settings\?check=/);
    for (const form of (await ada.get('/settings')).page.querySelectorAll('main form'))
      assert.is(form.getAttribute('hx-post'), form.getAttribute('action'));
  }),
);

test(
  'change nothing without the token, and nothing for who is not logged in',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    for (const path of [
      '/settings',
      '/settings/password',
      '/settings/username',
      '/settings/email',
      '/settings/sessions/x/end',
    ]) {
      const body = new URLSearchParams({
        hourCycle: 'h12',
        username: 'countess',
        current: RIGHT,
        password: NEW,
        email: 'x@example.org',
      });
      assert.is((await ada.send(path, { method: 'POST', body })).status, 403, path);
      const answer = await visitor().post(path, {
        hourCycle: 'h12',
        username: 'countess',
        current: RIGHT,
        password: NEW,
      });
      assert.equal([answer.status, answer.location], [303, '/login?next=%2Frooms'], path);
    }
    const after = await ada.get('/settings');
    assert.equal(
      [valueOf(labelled(after, 'Username')), valueOf(labelled(after, 'Email')), checked(after)[0]],
      ['ada', 'ada@example.org', 'hourCycle=h23'],
    );
    assert.is((await visitor().logIn('ada')).status, 303);
  }),
);

test.run();

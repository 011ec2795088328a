import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { sessionId } from '../../server/chat/session.ts';
import { withApp, type World } from '../support/app.ts';
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

/** Follows the redirect of a form. */
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

/** The names of the fields that the links of the error summary lead to. */
const linked = ({ page }: Answer) =>
  page.querySelectorAll('main .problems a').map((link) => {
    const target = page.querySelector(`[id="${link.getAttribute('href')!.slice(1)}"]`);
    return target?.getAttribute('name') ?? target?.tagName;
  });

test(
  'only a user who is logged in sees settings, and every page of theirs links there',
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

/** Each page of settings, its buttons and the labels of its fields. */
const PAGES = {
  '/settings': [
    ['Save settings', 'Change password'],
    ['Current password', 'New password'],
  ],
  '/settings/times': [['Save settings'], ['Time zone']],
  '/settings/writing': [['Save settings'], []],
  '/settings/privacy': [['Save settings'], []],
  '/settings/announcements': [['Save announcements'], []],
  '/settings/account': [
    ['Change username', 'Change email'],
    ['Username', 'Email', 'Your password'],
  ],
} as const;

test(
  'settings are an index of short pages, each with one form for an act, a heading for a choice, and no id twice',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const index = await ada.get('/settings');
    assert.is(titleOf(index), 'Settings – Plainchat');
    const linked = index.page.querySelectorAll('main .index a').map((link) => link.getAttribute('href'));
    for (const [path, [acts, labels]] of Object.entries(PAGES)) {
      if (path !== '/settings') assert.ok(linked.includes(path), path);
      const answer = await ada.get(path);
      assert.equal(
        buttons(answer).filter((name) => name !== 'Log out'),
        acts,
      );
      const ids = answer.page.querySelectorAll('[id]').map(({ id }) => id);
      assert.equal(ids, [...new Set(ids)]);
      for (const label of labels) labelled(answer, label);
      for (const choice of answer.page.querySelectorAll('main fieldset'))
        assert.ok(choice.querySelector('legend h2'), path);
      for (const password of answer.page.querySelectorAll('input[type="password"]'))
        assert.is(valueOf(password), '');
    }
  }),
);

/** What each page of preferences shows at first, and what somebody chooses there. */
const CHOICES = {
  '/settings': [['style=calm'], { style: 'y2k' }],
  '/settings/times': [['hourCycle=h23'], { zone: 'Asia/Tokyo', hourCycle: 'h12' }],
  '/settings/writing': [['enterSends=no', 'liveView=off'], { enterSends: 'yes', liveView: '30s' }],
  '/settings/privacy': [
    ['foundByEmail=yes', 'whereabouts=friends'],
    { foundByEmail: 'no', whereabouts: 'nobody' },
  ],
} as const;

for (const [path, [first, chosen]] of Object.entries(CHOICES))
  test(
    `${path} shows the saved settings, and saving leads back there, to an address that was not visited before`,
    withApp(async ({ cast, clock }) => {
      const ada = await cast('ada');
      const before = await ada.get(path);
      assert.equal(checked(before), first);
      const answer = await ada.press(before, 'Save settings', chosen);
      assert.ok(answer.location!.startsWith(`${path}?check=`), answer.location ?? '');
      const after = await then(ada, answer);
      assert.is(words(after.page.querySelector('main [role="status"]')), 'Your settings are saved.');
      const { zone, ...radios } = { zone: '', ...chosen };
      assert.equal(
        checked(after),
        Object.entries(radios).map(([name, value]) => `${name}=${value}`),
      );
      if (zone) assert.is(valueOf(labelled(after, 'Time zone')), zone);
      clock.pass(1);
      const again = await ada.press(after, 'Save settings');
      assert.is.not(again.location, answer.location);
      assert.equal(
        checked(await then(ada, again)),
        checked(after),
        'nothing is lost by saving what is shown',
      );
      for (const [other, [others]] of Object.entries(CHOICES))
        if (other !== path) assert.equal(checked(await ada.get(other)), others, 'each page saves its own');
    }),
  );

test(
  'an invalid setting is refused at the top and beside its field, on the page that has it',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const answer = await ada.post('/settings', { zone: 'Mars/Base', hourCycle: 'h12' });
    assert.is(answer.status, 422);
    assert.match(titleOf(answer), /^Error: Times/);
    assert.match(problem(answer, 'Time zone').beside, /Error: There is no such time zone/);
    assert.equal(linked(answer), ['zone']);
    assert.equal(checked(answer), ['hourCycle=h12']);
    assert.equal(checked(await ada.get('/settings/times')), ['hourCycle=h23']);
    const style = await ada.post('/settings', { style: 'loud' });
    assert.equal(
      [style.status, titleOf(style), linked(style)],
      [422, 'Error: Settings – Plainchat', ['FIELDSET']],
    );
  }),
);

test(
  'invalid settings of several pages are refused on one page that has them all, and all other choices are kept',
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
    assert.equal(linked(answer), ['zone', 'FIELDSET']);
    assert.equal(checked(answer), ['hourCycle=h12', 'enterSends=yes', 'foundByEmail=no', 'style=y2k']);
    assert.equal(checked(await ada.get('/settings/writing')), ['enterSends=no', 'liveView=off']);
  }),
);

test(
  "times on pages are in the chosen zone, else in the browser's, else in UTC",
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
  'the setting for the Enter key changes nothing without script, and no page mentions it there',
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
  'changing the password ends all other sessions, and keeps this one with its token',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    const [telephone, grace] = [await another(world, 'ada'), await world.cast('grace')];
    const before = await ada.get('/settings');
    const after = await then(
      ada,
      await ada.press(before, 'Change password', { current: RIGHT, password: NEW }),
    );
    assert.match(words(after.page.querySelector('main [role="status"]')), /Your password is changed/);
    assert.is((await ada.press(before, 'Save settings')).status, 303, 'from the page before the change');
    assert.equal(
      [await isLoggedIn(ada), await isLoggedIn(telephone), await isLoggedIn(grace)],
      [true, false, true],
    );
    assert.is((await world.visitor().logIn('ada', RIGHT)).status, 422);
    assert.is((await world.visitor().logIn('ada', NEW)).status, 303);
  }),
);

for (const [what, typed, label, sentence] of [
  [
    'a wrong current password',
    { current: 'wrong horse', password: NEW },
    'Current password',
    /not your password/,
  ],
  ['no current password', { password: NEW }, 'Current password', /not your password/],
  ['a short new password', { current: RIGHT, password: 'short' }, 'New password', /at least 8/],
  ['a common new password', { current: RIGHT, password: 'password' }, 'New password', /too common/],
] as const) {
  test(
    `a change of password with ${what} is refused at the top and beside the field`,
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
        answer.page.querySelector('main .problems a')?.getAttribute('href'),
        `#${labelled(answer, label).id}`,
      );
      assert.not.match(answer.text, /battery staple|wrong horse|value="short"/);
      assert.ok(await isLoggedIn(telephone));
      assert.is((await world.visitor().logIn('ada', RIGHT)).status, 303);
    }),
  );
}

test(
  'wrong passwords in the settings count together with wrong log-ins',
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
    assert.match(words(answer.page.querySelector('main .problems, main [role="alert"]')), /Wait 10 minutes/);
    assert.is((await visitor().logIn('ada', RIGHT)).status, 429);
  }),
);

test(
  'a change of username shows at once, also in earlier entries',
  withApp(async ({ cast, visitor }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await ada.say(lobby, 'hello');
    const after = await then(
      ada,
      await ada.press(await ada.get('/settings/account'), 'Change username', { username: 'countess' }),
    );
    assert.match(words(after.page.querySelector('header')), /countess\s+Log out/);
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
  'a refused username is kept in its field, and the page still shows the valid one',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    await cast('grace');
    const answer = await post(ada, 'username', { username: 'GRACE' });
    assert.is(answer.status, 422);
    assert.match(problem(answer, 'Username').beside, /taken/);
    assert.equal(linked(answer), ['username']);
    assert.is(valueOf(labelled(answer, 'Username')), 'GRACE');
    assert.is(valueOf(labelled(answer, 'Email')), 'ada@example.org');
    assert.match(words(answer.page.querySelector('header')), /ada\s+Log out/);
  }),
);

test(
  'changing the email takes the password',
  withApp(async ({ cast, visitor }) => {
    const ada = await cast('ada');
    const refused = await post(ada, 'email', { email: 'countess@example.org', current: 'wrong horse' });
    assert.is(refused.status, 422);
    assert.match(problem(refused, 'Your password').beside, /not your password/);
    assert.equal(linked(refused), ['current']);
    assert.is(
      refused.page.querySelector('main .problems a')?.getAttribute('href'),
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
  'settings list the sessions with browser and times, and have a button to end each but this one',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    world.clock.pass(60_000);
    const telephone = await another(world, 'ada');
    await another(world, 'ada', 'Lynx/2.9');
    await world.cast('grace');
    const page = await ada.get('/settings/sessions');
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
    assert.match(words(after.page.querySelector('main [role="status"]')), /The session has ended/);
    assert.equal(
      [sessionsOn(after).length, await isLoggedIn(telephone), await isLoggedIn(ada)],
      [2, false, true],
    );
    assert.ok(sessionsOn(after).some((line) => line.startsWith('lynx')));
  }),
);

test(
  'a user can end neither a session of others, nor an unknown one, nor this one',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const idOf = (person: Visitor) => sessionId(person.cookies.get('sid')!);
    assert.is((await post(ada, `sessions/${idOf(grace)}/end`, {})).status, 404);
    assert.ok(await isLoggedIn(grace));
    assert.is((await post(ada, 'sessions/nothing/end', {})).status, 404);
    const answer = await post(ada, `sessions/${idOf(ada)}/end`, {});
    assert.is(answer.status, 422);
    assert.match(words(answer.page.querySelector('main .problems, main [role="alert"]')), /log out/);
    assert.ok(await isLoggedIn(ada));
  }),
);

test(
  'an unknown User-Agent is shown as "An unknown browser"',
  withApp(async (world) => {
    const ada = await world.cast('ada');
    await another(world, 'ada', '<script>alert(1)</script>');
    assert.ok(
      sessionsOn(await ada.get('/settings/sessions')).some((line) => line.startsWith('An unknown browser')),
    );
  }),
);

test(
  'settings work by htmx as without it',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const answer = await ada.post('/settings', { hourCycle: 'h12' }, { 'HX-Request': 'true' });
    assert.is(answer.status, 200);
    assert.match(answer.headers.get('HX-Redirect') ?? '', /^\/settings\/times\?check=/);
    for (const path of Object.keys(PAGES))
      for (const form of (await ada.get(path)).page.querySelectorAll('main form'))
        assert.is(form.getAttribute('hx-post'), form.getAttribute('action'));
  }),
);

test(
  'settings need a token and a session to change',
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
    const after = await ada.get('/settings/account');
    assert.equal(
      [valueOf(labelled(after, 'Username')), valueOf(labelled(after, 'Email'))],
      ['ada', 'ada@example.org'],
    );
    assert.equal(checked(await ada.get('/settings/times')), ['hourCycle=h23']);
    assert.is((await visitor().logIn('ada')).status, 303);
  }),
);

test.run();

import { parse } from 'node-html-parser';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { FRIENDS_PER_PAGE } from '../../server/chat/acquaintances.ts';
import { Friendship } from '../../server/chat/friendship.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { withApp, type World } from '../support/app.ts';
import { enrolMany } from '../support/domain.ts';
import {
  type Answer,
  bare,
  buttons,
  type Delta,
  labelled,
  problem,
  seqs,
  titleOf,
  valueOf,
  type Visitor,
  words,
} from '../support/visitor.ts';

const test = suite('people over HTTP');

const main = (answer: Answer) => words(answer.page.querySelector('main'));
const alert = (answer: Answer) => words(answer.page.querySelector('main .problems, main [role="alert"]'));
const find = (person: Visitor, q: string) => person.post('/people', { q });
/** Does something to a user: `friend`, `unfriend`, `block`, `unblock`, `message`. */
const to = (person: Visitor, act: string, username: string) =>
  person.post(`/people/${encodeURIComponent(username)}/${act}`);

async function befriend(one: Visitor, other: Visitor) {
  await to(one, 'friend', other.username);
  await to(other, 'friend', one.username);
}

test(
  'a user is found by form, by address and by script, and the address then has only the username',
  withApp(async ({ cast }) => {
    const [ada] = [await cast('ada'), await cast('grace')];
    for (const q of ['grace', 'GRACE', ' ｇｒａｃｅ ', 'grace@example.org', 'Grace@EXAMPLE.org']) {
      const answers = [
        await ada.press(await ada.get('/people'), 'Find', { q }),
        await ada.get(`/people?q=${encodeURIComponent(q)}`),
        await ada.postJson('/people', { q }),
      ];
      assert.equal(
        answers.map(({ status, location }) => `${status} ${location}`),
        Array(3).fill('303 /people/grace'),
        q,
      );
    }
    const self = await find(ada, 'ada@example.org');
    assert.is(self.location, '/people/ada');
    const page = await ada.get('/people/ada');
    assert.match(main(page), /^ada This is you/);
    assert.equal(buttons(page), ['Log out']);
  }),
);

test(
  'a search that finds nobody says so at the top and at the field, and keeps what was typed',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const q of ['nobody', 'nobody@example.org', 'half@', '<b>"x"</b>', "%' or 1=1 --"]) {
      for (const answer of [await find(ada, q), await ada.get(`/people?q=${encodeURIComponent(q)}`)]) {
        assert.is(answer.status, 422, q);
        assert.match(titleOf(answer), /^Error: People/);
        const { top, beside } = problem(answer, 'Find a person');
        assert.match(
          top,
          /(Nobody can be found by this email address|There is nobody with this username)\. Check it/,
        );
        assert.match(beside, /Error: .*Check it/);
        assert.is(labelled(answer, 'Find a person').getAttribute('value'), q);
      }
    }
  }),
);

const long = (text: string, bytes: number) => text.repeat(Math.floor(bytes / text.length));
/** Garbage as in an address and in the body of a form. */
const FORMS = [
  '',
  'q',
  'q=',
  'q=+',
  'q=%20%09%0A',
  'q=%',
  'q=%zz',
  'q=%00',
  'q=ada%00',
  'q=%ED%A0%80',
  'q=%c3%28',
  'q=%FF%FE',
  'q=%u0041',
  'q=%25',
  'q=a%0d%0aSet-Cookie:x=1',
  'q=ada&q=grace',
  'q[]=ada',
  'q[x]=ada',
  'q=@',
  'q=@@',
  'q=a@b',
  'q=%40example.org',
  'q=grace%40',
  'q=grace%40example.org%40example.org',
  'q=%3Cscript%3Ealert(1)%3C/script%3E',
  'q=%22%3E%3Cimg+id=pwned+src=x%3E',
  "q='+or+'1'='1",
  "q=ada';+drop+table+user;--",
  'q=%25ad%25',
  'q=a_a',
  'q=*',
  'q={{7*7}}',
  'q=../../etc/passwd',
  'q=__proto__',
  'q=constructor',
  'q=null',
  'q=undefined',
  'q=[object+Object]',
  'q=%F0%9F%98%80',
  'q=%EF%B7%BA',
  'q=gracе',
  '__proto__=x',
  `q=${long('a', 6000)}`,
];
const BODIES = [
  `q=${long('a', 60_000)}`,
  `q=${long('%00', 60_000)}`,
  `q=${long('%EF%B7%BA', 60_000)}`,
  `q=${long('@', 60_000)}`,
  long('q=a&', 60_000),
  `q=${long('\u0301', 30_000)}`,
];

/** Asserts that the page says in words that nobody was found. */
function isTold({ status, text, page }: Pick<Answer, 'status' | 'text' | 'page'>, what: string): void {
  assert.is(status, 422, what);
  assert.match(
    words(page.querySelector('main .problems, main [role="alert"]')),
    /^There is a problem [A-Z][^{}<>]*\.$/,
    what,
  );
  assert.is(page.querySelector('#pwned'), null, what);
  assert.not.match(text, /node_modules|\bat \w+ \(|SQLITE|TypeError|URIError|<script>alert/, what);
}

test(
  'a search for garbage by form is answered in words',
  withApp(
    async ({ cast }) => {
      const ada = await cast('ada');
      await cast('grace');
      const headers = {
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'text/html',
        'X-CSRF-Token': await ada.token(),
      };
      for (const body of [...FORMS, ...BODIES])
        isTold(await ada.send('/people', { method: 'POST', body, headers }), body.slice(0, 60));
    },
    { rateLimits: false },
  ),
);

test(
  'a search for garbage by address is answered in words',
  withApp(
    async ({ base, cast }) => {
      const ada = await cast('ada');
      await cast('grace');
      for (const query of FORMS.filter((form) => /^q(=|$)/.test(form))) {
        const path = `/people?${query.replace('е', '%D0%B5')}`;
        const { status, text } = await bare(base, {
          path,
          headers: { Cookie: ada.cookieHeader, Accept: 'text/html' },
        });
        isTold({ status, text, page: parse(text) }, path.slice(0, 60));
      }
    },
    { rateLimits: false },
  ),
);

test(
  'a search for garbage in JSON is answered in words',
  withApp(
    async ({ cast }) => {
      const ada = await cast('ada');
      await cast('grace');
      const values = [
        undefined,
        null,
        '',
        ' ',
        '\0',
        'ada\0',
        '\ud800',
        'ada\udfff',
        '@\ud800',
        true,
        false,
        0,
        1,
        -1,
        1e308,
        [],
        ['ada'],
        ['ada', 'grace'],
        {},
        { q: 'ada' },
        { $ne: null },
        { like: '%' },
        '__proto__',
        long('x', 60_000),
      ];
      for (const q of values) {
        const answer = await ada.postJson('/people', { q });
        const what = JSON.stringify(q)?.slice(0, 40) ?? 'nothing';
        assert.is(answer.status, 422, what);
        const { error } = answer.json() as { error: { message: string; field: string } };
        assert.equal([error.field, /^[A-Z].*\.$/.test(error.message)], ['q', true], what);
      }
    },
    { rateLimits: false },
  ),
);

test(
  'only a user who is logged in can search',
  withApp(async ({ cast, visitor }) => {
    await cast('ada');
    for (const answer of [
      await visitor().get('/people?q=ada'),
      await visitor().get('/people/ada'),
      await find(visitor(), 'ada'),
    ]) {
      assert.is(answer.status, 303);
      assert.match(answer.location!, /^\/login/);
    }
    assert.is((await visitor().postJson('/people', { q: 'ada' })).status, 401);
  }),
);

test(
  'a user who does not want to be found by email is found by username alone',
  withApp(async ({ cast, em }) => {
    const [ada] = [await cast('ada'), await cast('grace')];
    await em().nativeUpdate(User, { username: 'grace' }, { foundByEmail: false });
    const [hidden, nobody] = [await find(ada, 'grace@example.org'), await find(ada, 'nobody@example.org')];
    assert.equal([hidden.status, alert(hidden)], [422, alert(nobody)]);
    assert.is((await find(ada, 'grace')).location, '/people/grace');
  }),
);

const hidings: [string, (world: World, grace: Visitor) => Promise<unknown>][] = [
  [
    'does not want to be found by email',
    ({ em }) => em().nativeUpdate(User, { username: 'grace' }, { foundByEmail: false }),
  ],
  ['has blocked the administrator', (_, grace) => to(grace, 'block', 'ada')],
];
for (const [who, hide] of hidings) {
  test(
    `a user who ${who} cannot be added to a room by email`,
    withApp(async (world) => {
      const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
      const lobby = await ada.createRoom('lobby');
      await hide(world, grace);
      const nobody = await ada.post(`/rooms/${lobby}/members`, { username: 'nobody@example.org' });
      const hidden = await ada.post(`/rooms/${lobby}/members`, { username: 'grace@example.org' });
      assert.equal([hidden.status, alert(hidden)], [422, alert(nobody)]);
      assert.equal(await ada.log(lobby), ['ada entered']);
    }),
  );
}

test(
  'a user can search sixty times by address and form together, then every ten seconds',
  withApp(async ({ cast, clock }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const statuses: number[] = [];
    for (let time = 0; time < 30; time += 1)
      statuses.push(
        (await find(ada, time % 2 ? 'grace' : 'nobody')).status,
        (await ada.get('/people?q=grace')).status,
      );
    assert.equal(new Set(statuses), new Set([422, 303]));
    for (const answer of [await find(ada, 'grace'), await ada.get('/people?q=grace'), await find(ada, '')]) {
      assert.is(answer.status, 429);
      assert.match(alert(answer), /Too many searches in a short time\. Wait 10 seconds, then try again\./);
      assert.is(answer.headers.get('Retry-After'), '10');
    }
    assert.is(labelled(await find(ada, 'grace'), 'Find a person').getAttribute('value'), 'grace');
    const script = await ada.postJson('/people', { q: 'grace' });
    assert.equal(
      [script.status, script.json().error.message],
      [429, 'Too many searches in a short time. Wait 10 seconds, then try again.'],
    );
    assert.is((await find(grace, 'ada')).status, 303, 'others may go on');
    for (const path of ['/people', '/people/grace'])
      assert.is((await ada.get(path)).status, 200, 'other pages go on');
    clock.pass(10_000);
    assert.equal([(await find(ada, 'grace')).status, (await find(ada, 'grace')).status], [303, 429]);
  }),
);

test(
  'of seventy searches at once, sixty are allowed',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    await ada.token();
    const statuses = await Promise.all(
      Array.from({ length: 70 }, async () => (await find(ada, 'nobody')).status),
    );
    assert.equal(
      [422, 429].map((status) => statuses.filter((one) => one === status).length),
      [60, 10],
    );
  }),
);

test(
  'the page of a user lists the rooms of both, and no other ones',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    await ada.createRoom('alone', 'invite');
    const both = await grace.createRoom('both', 'invite');
    await grace.createRoom('hers');
    assert.not.match(words((await ada.get('/people/grace')).page.querySelector('main')), /you share/);
    await grace.post(`/rooms/${both}/members`, { username: 'ada' });
    await ada.post('/people/grace/note', { body: 'hello', key: 'a-key-of-ada' });
    for (const [person, path] of [
      [ada, '/people/grace'],
      [grace, '/people/ada'],
    ] as const)
      assert.match(words((await person.get(path)).page.querySelector('main')), / Rooms you share: both\. /);
    assert.not.match(words((await ada.get('/people/ada')).page.querySelector('main')), /you share/);
  }),
);

test(
  'every user has a page at their username, in any script, with dots and in any case',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const username of [
      'grace.hopper',
      '.dot.',
      '..a',
      'Ольга',
      'नमस्ते',
      '李明',
      'ÅÄÖ-1',
      '日本.jp',
      'a_b',
    ]) {
      await cast(username);
      const { location } = await find(ada, username);
      assert.is(location, `/people/${encodeURIComponent(username)}`);
      const page = await ada.get(location!);
      assert.is(page.status, 200, username);
      assert.is(titleOf(page), `${username} – People – Plainchat`);
      assert.equal(buttons(page).slice(1), [
        `Message ${username}`,
        `Send to ${username}`,
        `Ask ${username} to be friends`,
        `Block ${username}`,
      ]);
      assert.is((await ada.get(location!.toLowerCase())).status, 200, username);
      assert.is((await ada.press(page, `Ask ${username} to be friends`)).status, 303);
    }
  }),
);

test(
  'the page of an unknown user answers 404, and so does every act on it',
  withApp(async ({ base, cast }) => {
    const ada = await cast('ada');
    const headers = { Cookie: ada.cookieHeader, Accept: 'text/html', 'X-CSRF-Token': await ada.token() };
    for (const name of [
      'nobody',
      'ada@example.org',
      '%00',
      'ada%00',
      '%ED%A0%80',
      '%F0%9F%98%80',
      '%20',
      '__proto__',
      '%3Cb%3E',
      'ada%27--',
      'x'.repeat(3000),
    ]) {
      for (const [method, act] of [
        ['GET', ''],
        ...['/message', '/friend', '/unfriend', '/block', '/unblock'].map((one) => ['POST', one]),
      ] as const) {
        const { status, text } = await bare(base, {
          path: `/people/${name}${act}`,
          method,
          headers,
        });
        assert.is(status, 404, `${method} ${name}${act}`);
        assert.match(text, /There is n/);
      }
    }
  }),
);

test(
  'the email address of a user is on no page and in no JSON for others',
  withApp(async ({ cast }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const lobby = await ada.createRoom('lobby');
    await ada.post(`/rooms/${lobby}/members`, { username: 'grace@example.org' });
    await ada.say(lobby, 'hello');
    await befriend(ada, grace);
    await befriend(ada, linus);
    await grace.enter(lobby);
    const study = Number(
      (await ada.post('/people/grace/message', { leave: `${lobby}` })).location?.split('/').at(-1),
    );
    await ada.say(study, 'hello');
    await grace.post(`/rooms/${lobby}/members/ada/role`, { role: 'member' });
    await to(linus, 'friend', 'grace');
    const pages = [
      '/rooms',
      '/people',
      '/people/ada',
      '/people/linus',
      '/people?q=nobody',
      `/rooms/${lobby}`,
      `/rooms/${study}`,
      `/rooms/${lobby}/entries?after=0`,
      `/rooms/${study}/entries?after=0`,
      `/poll?room=${lobby}&after=0`,
    ];
    const answers = [
      ...(await Promise.all(pages.map((path) => grace.get(path)))),
      ...(await Promise.all(pages.map((path) => grace.getJson(path)))),
      await to(grace, 'message', 'ada'),
      await to(grace, 'friend', 'ada'),
      await grace.get(`/rooms/${lobby}/manage`),
      await to(grace, 'block', 'linus'),
      await grace.get('/people'),
      await grace.get('/people/linus'),
      await find(grace, 'ada@example.org'),
      await ada.postJson('/people', { q: 'linus@example.org' }),
    ];
    for (const { text, headers, status } of answers)
      assert.not.match(
        text + headers.get('Location'),
        /(ada|linus)@|example\.org/,
        `${status} ${text.slice(0, 200)}`,
      );
  }),
);

test(
  'the list of rooms counts friend requests that wait for an answer',
  withApp(async ({ cast }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const waiting = async (person: Visitor) =>
      /\d+ friend requests?/.exec(main(await person.get('/rooms')))?.[0];
    assert.is(await waiting(ada), undefined);
    await grace.press(await grace.get('/people/ada'), 'Ask ada to be friends');
    assert.equal([await waiting(ada), await waiting(grace)], ['1 friend request', undefined]);
    await to(linus, 'friend', 'ada');
    assert.is(await waiting(ada), '2 friend requests');
    assert.ok((await ada.get('/rooms')).page.querySelector('main a[href="/people"]'));
    await ada.press(await ada.get('/people'), 'Accept grace');
    assert.is(await waiting(ada), '1 friend request');
    await ada.press(await ada.get('/people'), 'Decline linus');
    assert.is(await waiting(ada), undefined);
  }),
);

/** What the two press in this order, and the buttons that each then has on the other's page and on the list. */
const pressed: [string[], { ada: string[]; grace: string[]; adaList: string[]; graceList: string[] }][] = [
  [[], { ada: ['Ask grace to be friends'], grace: ['Ask ada to be friends'], adaList: [], graceList: [] }],
  [
    ['ada Ask grace to be friends'],
    {
      ada: ['Cancel request to grace'],
      grace: ['Accept ada', 'Decline ada'],
      adaList: ['Cancel request to grace'],
      graceList: ['Accept ada', 'Decline ada'],
    },
  ],
  [
    ['ada Ask grace to be friends', 'ada Cancel request to grace'],
    { ada: ['Ask grace to be friends'], grace: ['Ask ada to be friends'], adaList: [], graceList: [] },
  ],
  [
    ['ada Ask grace to be friends', 'grace Decline ada'],
    { ada: ['Ask grace to be friends'], grace: ['Ask ada to be friends'], adaList: [], graceList: [] },
  ],
  [
    ['ada Ask grace to be friends', 'grace Accept ada'],
    {
      ada: ['End friendship with grace'],
      grace: ['End friendship with ada'],
      adaList: ['Message grace', 'Create group'],
      graceList: ['Message ada', 'Create group'],
    },
  ],
  [
    ['ada Ask grace to be friends', 'grace Accept ada', 'grace End friendship with ada'],
    { ada: ['Ask grace to be friends'], grace: ['Ask ada to be friends'], adaList: [], graceList: [] },
  ],
];
for (const [acts, expected] of pressed) {
  test(
    `ada and grace have the right buttons after: ${acts.join(', ') || 'nothing'}`,
    withApp(async ({ cast }) => {
      const visitors: Record<string, Visitor> = { ada: await cast('ada'), grace: await cast('grace') };
      const { ada, grace } = visitors as Record<'ada' | 'grace', Visitor>;
      for (const act of acts) {
        const [who, button] = act.split(/ (.*)/s) as [string, string];
        const { status, location } = await visitors[who]!.press(
          await visitors[who]!.get(`/people/${who === 'ada' ? 'grace' : 'ada'}`),
          button,
        );
        assert.is(status, 303);
        assert.match(location!, /^\/people\/(ada|grace)\?/, 'an address not visited before');
        assert.ok(
          (await visitors[who]!.get(location!)).page.querySelector('main [role="status"]'),
          'told that it is done',
        );
      }
      const between = async (person: Visitor, path: string) =>
        buttons(await person.get(path)).filter(
          (name) =>
            !/^(Log out|Find|Set away message|Block \w+|Send to \w+)$/.test(name) &&
            (path === '/people' || !name.startsWith('Message')),
        );
      assert.equal(
        {
          ada: await between(ada, '/people/grace'),
          grace: await between(grace, '/people/ada'),
          adaList: await between(ada, '/people'),
          graceList: await between(grace, '/people'),
        },
        expected,
      );
    }),
  );
}

test(
  'two users who ask each other at the same moment are friends',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    for (const person of [ada, grace]) await person.token();
    const answers = await Promise.all([
      to(ada, 'friend', 'grace'),
      to(grace, 'friend', 'ada'),
      to(ada, 'friend', 'grace'),
      to(grace, 'friend', 'ada'),
    ]);
    assert.equal(
      answers.map(({ status }) => status),
      [303, 303, 303, 303],
    );
    for (const [person, name] of [
      [ada, 'grace'],
      [grace, 'ada'],
    ] as const)
      assert.match(main(await person.get(`/people/${name}`)), /You are friends\./);
  }),
);

test(
  'a user can neither befriend nor block themselves',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const [act, sentence] of [
      ['friend', /You cannot be your own friend\./],
      ['block', /You cannot block yourself\./],
    ] as const) {
      const answer = await to(ada, act, 'ada');
      assert.is(answer.status, 422);
      assert.match(alert(answer), sentence);
    }
    assert.not.match(main(await ada.get('/people')), /Blocked|They ask/);
  }),
);

test(
  'a user sees which friends are here, in which room, and a link to it',
  withApp(async (world) => {
    const [ada, grace, linus] = [
      await world.cast('ada'),
      await world.cast('grace'),
      await world.cast('linus'),
    ];
    await befriend(ada, grace);
    const told = async () => /grace ((Not here|Here) now[^.]*\.)/.exec(main(await ada.get('/people')))?.[1];
    assert.is(await told(), 'Not here now.');
    const lobby = await linus.createRoom('lobby');
    await grace.enter(lobby);
    assert.is(await told(), 'Here now, in lobby.');
    assert.ok((await ada.get('/people')).page.querySelector(`main a[href="/rooms/${lobby}"]`));
    await world.em().nativeUpdate(User, { username: 'grace' }, { whereabouts: 'nobody' });
    assert.is(await told(), 'Not here now.');
    await world.em().nativeUpdate(User, { username: 'grace' }, { whereabouts: 'friends' });
    const cellar = await linus.createRoom('cellar', 'invite');
    await linus.post(`/rooms/${cellar}/members`, { username: 'grace' });
    await grace.enter(cellar, { leave: `${lobby}` });
    assert.is(await told(), 'Here now.');
    assert.not.match((await ada.get('/people')).text, /cellar/);
    await grace.leave(cellar);
    assert.is(await told(), 'Not here now.');
  }),
);

test(
  'a blocked user sees no difference on any page, and no refusal tells of the block',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await ada.leave(lobby);
    await ada.get('/rooms'); // tells her that she left
    const pages = () =>
      Promise.all(['/people', '/people/grace', '/rooms'].map(async (path) => main(await ada.get(path))));
    const before = await pages();
    assert.is((await grace.press(await grace.get('/people/ada'), 'Block ada')).status, 303);
    assert.equal(await pages(), before);
    for (const [answer, status, sentence] of [
      [await to(ada, 'message', 'grace'), 403, 'Messages to grace cannot be delivered.'],
      [
        await to(ada, 'friend', 'grace'),
        403,
        'You cannot send a friend request to grace. Choose somebody else.',
      ],
      [
        await ada.post(`/rooms/${lobby}/members`, { username: 'grace' }),
        422,
        'There is a problem You cannot add grace. Add somebody else.',
      ],
    ] as const) {
      assert.equal([answer.status, alert(answer)], [status, sentence]);
      assert.not.match(main(answer), /block(ed|s)\b.*grace|grace.*blocked you/i);
    }
    assert.is((await find(ada, 'grace@example.org')).status, 422);
    assert.is((await find(ada, 'grace')).status, 303);
    assert.equal(await pages(), before, 'the refused acts changed nothing');
    assert.not.match(main(await grace.get('/rooms')), /question|ada and grace|lobby 0/);
  }),
);

test(
  'a user who blocked another can only unblock them, from their page and from the list',
  withApp(async ({ cast }) => {
    const [grace] = [await cast('grace'), await cast('ada')];
    await to(grace, 'block', 'ada');
    assert.equal(buttons(await grace.get('/people/ada')), ['Log out', 'Unblock ada']);
    assert.is((await to(grace, 'message', 'ada')).status, 403);
    assert.match(alert(await to(grace, 'friend', 'ada')), /You have blocked ada\./);
    await grace.press(await grace.get('/people'), 'Unblock ada');
    assert.ok(buttons(await grace.get('/people/ada')).includes('Message ada'));
    assert.not.match(main(await grace.get('/people')), /Blocked/);
  }),
);

/** Ada, whom grace has blocked, grace and linus in the lobby: entries 4 and 6 are ada's messages, 5 is linus's. */
async function sharedRoom({ cast }: World) {
  const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
  const lobby = await ada.createRoom('lobby');
  for (const person of [grace, linus]) await person.enter(lobby);
  await ada.say(lobby, 'first secret');
  await linus.say(lobby, 'from linus');
  await to(grace, 'block', 'ada');
  await ada.say(lobby, 'second secret');
  return { ada, grace, linus, lobby };
}

test(
  'messages of a blocked user are folded in their place, for the user who blocked alone',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await sharedRoom(world);
    const page = await grace.get(`/rooms/${lobby}`);
    assert.not.match(page.text, /secret/);
    assert.match(main(page), /ada entered the room\./, 'notices stay');
    const folded = page.page
      .querySelectorAll('.log li')
      .filter((item) => /Show this message of ada, whom you blocked/.test(words(item)))
      .map(({ id }) => id);
    assert.equal(folded, ['m-4', 'm-6']);
    assert.ok(page.page.querySelectorAll('.log li').every((item) => item.querySelector('time')));
    for (const person of [ada, linus]) {
      const whole = await person.get(`/rooms/${lobby}`);
      assert.match(main(whole), /first secret.*from linus.*second secret/);
      assert.not.match(main(whole), /Show this message/);
      assert.equal(seqs(whole), seqs(page));
    }
  }),
);

test(
  'the link of a folded message shows it, and the others stay folded',
  withApp(async (world) => {
    const { grace, lobby } = await sharedRoom(world);
    const href = (await grace.get(`/rooms/${lobby}`)).page
      .querySelector('#m-6 .body a')!
      .getAttribute('href')!
      .replaceAll('&amp;', '&');
    assert.match(href, /#m-6$/);
    const shown = await grace.get(href);
    assert.is(shown.status, 200);
    assert.match(words(shown.page.querySelector('#m-6')), /: second secret$/);
    const both = await grace.get(`/rooms/${lobby}?show=6`);
    assert.equal(
      [/second secret/.test(both.text), /first secret/.test(both.text), seqs(both)],
      [true, false, [1, 2, 3, 4, 5, 6]],
    );
  }),
);

test(
  'JSON answers fold messages of a blocked user too, under the same seq',
  withApp(async (world) => {
    const { ada, grace, linus, lobby } = await sharedRoom(world);
    const polled: Delta[] = [];
    for (const person of [grace, linus, ada]) polled.push((await person.poll(lobby, 0)).json());
    const [own, others, theirs] = polled as [Delta, Delta, Delta];
    const order = ({ entries }: Delta) => entries.map(({ seq, kind, author, at }) => [seq, kind, author, at]);
    assert.equal([order(own), own.after], [order(others), others.after]);
    assert.equal(order(theirs), order(others));
    const deltas: Delta[] = [
      own,
      (await grace.getJson(`/rooms/${lobby}/entries`)).json(),
      (await grace.getJson(`/rooms/${lobby}/entries?before=7`)).json(),
      (await grace.sayJson(lobby, 'mine')).json(),
    ];
    for (const { entries } of deltas) {
      const html = new Map(entries.map((entry) => [entry.seq, entry.html]));
      for (const seq of [4, 6]) {
        assert.not.match(html.get(seq)!, /secret/);
        assert.match(
          html.get(seq)!,
          new RegExp(`<li id="m-${seq}"[^]*<a href="/rooms/${lobby}\\?[^"]*show=${seq}[^"]*#m-${seq}">`),
        );
      }
      assert.match(html.get(5)!, /from linus/);
      assert.match(html.get(1)!, /ada entered the room\./);
    }
    for (const { html } of others.entries) assert.not.match(html, /Show this message/);
  }),
);

test(
  'unblocking a user shows all their messages again',
  withApp(async (world) => {
    const { grace, lobby } = await sharedRoom(world);
    await to(grace, 'unblock', 'ada');
    assert.match(main(await grace.get(`/rooms/${lobby}`)), /first secret.*from linus.*second secret/);
    assert.match((await grace.poll(lobby, 5)).json().entries[0].html, /second secret/);
  }),
);

/** The name of the checkbox that chooses a friend. */
async function choice({ em }: World, username: string): Promise<string> {
  return `friend-${(await em().findOneOrFail(User, { username })).id}`;
}

test(
  'a user creates a group of chosen friends, and enters it',
  withApp(async (world) => {
    const [ada, grace, linus] = [
      await world.cast('ada'),
      await world.cast('grace'),
      await world.cast('linus'),
    ];
    for (const friend of [grace, linus]) await befriend(ada, friend);
    const form = await ada.get('/people');
    assert.is(labelled(form, 'grace').getAttribute('name'), await choice(world, 'grace'));
    const { status, location } = await ada.post('/groups', {
      name: 'reading',
      [await choice(world, 'grace')]: 'yes',
    });
    assert.is(status, 303);
    const room = Number(location?.split('/').at(-1));
    assert.equal(await ada.log(room), ['ada added', 'ada entered']);
    assert.match(
      main(await grace.get('/rooms')),
      /Your rooms reading 1 person is in it now\. Members only\./,
    );
    assert.is((await grace.get(`/rooms/${room}`)).status, 200);
    assert.is((await linus.get(`/rooms/${room}`)).status, 404, 'not chosen');
    assert.ok(buttons(await ada.get(`/rooms/${room}/members/grace`)).includes('Make grace an admin'));
  }),
);

test(
  'a user who creates a group while in another room stays there, and gets a button to enter',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    await befriend(ada, grace);
    const lobby = await ada.createRoom('lobby');
    const { location } = await ada.post('/groups', {
      name: 'reading',
      [await choice(world, 'grace')]: 'yes',
    });
    assert.ok(buttons(await ada.get(location!)).includes('Enter reading'));
    assert.equal(await ada.log(lobby), ['ada entered']);
  }),
);

test(
  'a group without friends or with an invalid name is refused, and what was chosen and typed is kept',
  withApp(async (world) => {
    const [ada, grace, linus] = [
      await world.cast('ada'),
      await world.cast('grace'),
      await world.cast('linus'),
    ];
    for (const friend of [grace, linus]) await befriend(ada, friend);
    const none = await ada.post('/groups', { name: 'reading' });
    assert.is(none.status, 422);
    assert.match(alert(none), /Choose at least one friend\./);
    assert.match(words(none.page.querySelector('fieldset#friends')), /Error: Choose at least one friend\./);
    assert.is(valueOf(labelled(none, 'Room name')), 'reading');
    for (const name of ['', ' ', 'x'.repeat(65), 'a\0b']) {
      const wrong = await ada.post('/groups', { name, [await choice(world, 'linus')]: 'yes' });
      assert.is(wrong.status, 422, name);
      assert.match(problem(wrong, 'Room name').beside, /^Error: /);
      assert.equal(
        ['grace', 'linus'].map((username) => labelled(wrong, username).hasAttribute('checked')),
        [false, true],
      );
      if (!name.includes('\0')) assert.is(valueOf(labelled(wrong, 'Room name')), name);
    }
    assert.is(await world.em().count(Room), 0);
  }),
);

test(
  'a user chooses friends for a group on each page of friends, and a refused group shows that page again',
  withApp(async ({ cast, em, orm, clock }) => {
    const ada = await cast('ada');
    const { id: low } = await em().findOneOrFail(User, { username: 'ada' });
    const names = Array.from({ length: FRIENDS_PER_PAGE + 1 }, (_, index) => `user-${100 + index}`);
    const ids = await enrolMany(orm, names);
    await em().insertMany(
      Friendship,
      ids.map((high) => ({ low, high, asker: high, acceptedAt: clock.now() })),
    );
    const first = await ada.get('/people');
    assert.match(main(first), /Only the friends on this page are listed/);
    const second = await ada.get(first.page.querySelector('a[rel="next"]')!.getAttribute('href')!);
    const last = names.at(-1)!;
    const box = labelled(second, last).getAttribute('name')!;
    const refused = await ada.press(second, 'Create group', { name: '', [box]: 'yes' });
    assert.is(refused.status, 422);
    assert.ok(labelled(refused, last).hasAttribute('checked'));
    const { location } = await ada.press(refused, 'Create group', { name: 'reading', [box]: 'yes' });
    assert.match(main(await ada.get(`${location}/manage`)), new RegExp(`2 members\\..*${last}`));
  }),
);

test(
  'only friends become members of a group, whatever the form sends',
  withApp(async (world) => {
    const [ada, grace, linus, mallory] = [
      await world.cast('ada'),
      await world.cast('grace'),
      await world.cast('linus'),
      await world.cast('mallory'),
    ];
    await befriend(ada, grace);
    await to(ada, 'friend', 'linus');
    const smuggled = {
      [await choice(world, 'linus')]: 'yes',
      [await choice(world, 'mallory')]: 'yes',
      [await choice(world, 'ada')]: 'yes',
      'friend-999': 'yes',
      'friend-0': 'yes',
      'friend-99999999999': 'yes',
      'friend-x': 'yes',
      friends: 'mallory',
    };
    assert.is((await ada.post('/groups', { name: 'reading', ...smuggled })).status, 422);
    const { location } = await ada.post('/groups', {
      name: 'reading',
      ...smuggled,
      [await choice(world, 'grace')]: 'yes',
    });
    for (const [person, status] of [
      [grace, 200],
      [linus, 404],
      [mallory, 404],
    ] as const)
      assert.is((await person.get(location!)).status, status, person.username);
    assert.is(
      (await mallory.post('/groups', { name: 'reading', [await choice(world, 'ada')]: 'yes' })).status,
      422,
    );
  }),
);

test(
  'an away message is set on People, seen by others beside the name, and taken away by one button',
  withApp(async (world) => {
    const [ada, grace] = [await world.cast('ada'), await world.cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await befriend(ada, grace);
    const seen = async (path: string) => words((await grace.get(path)).page.querySelector('main'));
    const before = await grace.get(`/rooms/${lobby}`);
    const set = await ada.press(await ada.get('/people'), 'Set away message', { away: 'brb, <b>tea</b>' });
    assert.match(set.location!, /^\/people\?check=/);
    const etag = { Accept: 'text/html', 'If-None-Match': before.headers.get('ETag')! };
    assert.is((await grace.send(`/rooms/${lobby}`, { headers: etag })).status, 200, 'the page has changed');
    assert.match(await seen(`/rooms/${lobby}`), /ada \(away: brb, <b>tea<\/b>\)/);
    assert.match(await seen('/people/ada'), /Away: brb, <b>tea<\/b>/);
    assert.match(await seen('/people'), /Away: brb, <b>tea<\/b>/);
    assert.match((await ada.get('/settings/data')).text, /"away":"brb, <b>tea<\/b>"/);
    const refused = await ada.post('/people/away', { away: 'x'.repeat(81) });
    assert.is(refused.status, 422);
    assert.match(words(refused.page.querySelector('.problems')), /at most 80 characters/);
    const after = await ada.press(await ada.get('/people'), 'I am back');
    assert.match(words((await ada.get(after.location!)).page), /You have no away message now\./);
    assert.not.match(await seen(`/rooms/${lobby}`), /away/);
    await ada.post('/people/away', { away: 'rude words' });
    await grace.post('/people/ada/block');
    for (const path of [`/rooms/${lobby}`, '/people/ada', '/people'])
      assert.not.match(await seen(path), /rude words/, path);
  }),
);

test.run();

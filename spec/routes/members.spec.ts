import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Membership } from '../../server/chat/membership.ts';
import { isolated } from '../../server/text/direction.ts';
import { withApp, type World } from '../support/app.ts';
import {
  type Answer,
  bare,
  buttons,
  type Delta,
  labelled,
  problem,
  titleOf,
  valueOf,
  type Visitor,
  words,
} from '../support/visitor.ts';

const test = suite('members and administrators');

/** Ada's lobby, with grace as a member in it, and linus a stranger. */
async function lobbyOfTwo({ cast }: World, access = 'open') {
  const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
  const lobby = await ada.createRoom('lobby', access);
  await add(ada, lobby, 'grace');
  await grace.enter(lobby);
  return { ada, grace, linus, lobby, manage: `/rooms/${lobby}/manage` };
}

const add = (admin: Visitor, room: number, username: string) =>
  admin.post(`/rooms/${room}/members`, { username });
const remove = (admin: Visitor, room: number, username: string) =>
  admin.post(`/rooms/${room}/members/${encodeURIComponent(username)}/remove`);
const changeRole = (admin: Visitor, room: number, username: string, role: string) =>
  admin.post(`/rooms/${room}/members/${encodeURIComponent(username)}/role`, { role });

const main = ({ page }: Answer) => words(page.querySelector('main'));
/** What the top of the page says was done, or is wrong. */
const told = ({ page }: Answer) =>
  page.querySelectorAll('main [role="status"], main .problems li').map(words);
/** The members as the page lists them. */
const members = ({ page }: Answer) =>
  page
    .querySelectorAll('main li')
    .filter((item) => item.querySelector('time'))
    .map((item) => words(item));

/** The role of each member. */
async function roles({ em }: World, room: number): Promise<Record<string, string>> {
  const found = await em().find(
    Membership,
    { room },
    { populate: ['user'], orderBy: { user: { username: 'asc' } } },
  );
  return Object.fromEntries(found.map(({ user, role }) => [user.username, role]));
}

/** The sentences of entries after a seq. */
async function notices(member: Visitor, room: number, after = 0): Promise<string[]> {
  const { entries }: Delta = (await member.getJson(`/rooms/${room}/entries?after=${after}`)).json();
  return entries.map(({ body }) => body);
}

test(
  'an administrator sees all members, each with a link to change them, and one form for each act',
  withApp(async (world) => {
    const { ada, lobby, manage } = await lobbyOfTwo(world);
    const answer = await ada.get(manage);
    assert.is(answer.status, 200);
    assert.is(titleOf(answer), 'Manage lobby – Rooms – Plainchat');
    assert.equal(buttons(answer), [
      'Log out',
      'Enter lobby',
      'Add member',
      'Set topic',
      'Save for mails',
      'Rename room',
      'Give up membership',
    ]);
    for (const form of answer.page.querySelectorAll('form'))
      assert.is(form.querySelectorAll('button').length, 1);
    assert.is(labelled(answer, 'Username or email').getAttribute('name'), 'username');
    assert.is(valueOf(labelled(answer, 'Room name')), 'lobby');
    assert.ok(answer.page.querySelector(`main a[href="/rooms/${lobby}/delete"]`));
    assert.match(
      members(answer).join('\n'),
      /^ada Administrator, since [^]* Change ada\ngrace Member, since [^]* Change grace$/,
    );
    assert.is(
      answer.page.querySelector('main li time')?.getAttribute('datetime'),
      world.clock.now().toISOString(),
    );
  }),
);

test(
  'the page of a member changes their rights, and leads to the page that asks before it removes them',
  withApp(async (world) => {
    const { ada, grace, lobby, manage } = await lobbyOfTwo(world);
    const linked = (answer: Answer, name: string) =>
      answer.page
        .querySelectorAll('main a')
        .find((link) => words(link) === name)
        ?.getAttribute('href') ?? '';
    const page = await ada.get(linked(await ada.get(`${manage}?page=1`), 'Change grace'));
    assert.is(titleOf(page), 'grace in lobby – Manage – Rooms – Plainchat');
    assert.equal(buttons(page), ['Log out', 'Make grace an admin']);
    assert.match(main(page), /^grace in lobby Member, since /);
    const asking = await ada.get(linked(page, 'Remove grace from lobby'));
    assert.is(titleOf(asking), 'Remove grace from lobby – Rooms – Plainchat');
    assert.equal(buttons(asking), ['Log out', 'Remove grace']);
    assert.is(linked(asking, 'Cancel, and go back to grace'), `/rooms/${lobby}/members/grace`);
    assert.equal(await roles(world, lobby), { ada: 'admin', grace: 'member' }, 'asking changes nothing');
    const own = await ada.get(`/rooms/${lobby}/members/ADA`);
    assert.equal(buttons(own), ['Log out', 'Make ada a member']);
    assert.is(linked(own, 'Remove ada from lobby'), '', 'nobody removes themselves');
    for (const path of ['linus', 'nobody', 'linus/removal', '%00'])
      assert.is((await ada.get(`/rooms/${lobby}/members/${path}`)).status, 404, path);
    assert.is((await grace.get(`/rooms/${lobby}/members/ada`)).status, 403);
    const { location } = await ada.press(
      await ada.get(`${linked(page, 'Remove grace from lobby')}?page=2`),
      'Remove grace',
    );
    assert.match(location!, new RegExp(`^/rooms/${lobby}/manage\\?page=2&check=`));
    assert.equal(told(await ada.get(location!)), ['grace was removed.']);
  }),
);

test(
  'a member sees the same members, and only the forms for their own acts',
  withApp(async (world) => {
    const { ada, grace, manage } = await lobbyOfTwo(world);
    const answer = await grace.get(manage);
    assert.equal(buttons(answer), ['Log out', 'Enter lobby', 'Give up membership']);
    assert.is(answer.page.querySelector('a[href$="/delete"]'), null);
    assert.is(answer.page.querySelectorAll('main input:not([type="hidden"])').length, 0);
    const names = (list: string[]) => list.map((line) => line.split(',')[0]);
    assert.equal(names(members(answer)), ['ada Administrator', 'grace Member']);
    assert.equal(names(members(await ada.get(manage))), names(members(answer)));
  }),
);

test(
  'opening the page of members leaves the room with one notice, and offers the way back',
  withApp(async (world) => {
    const { ada, grace, lobby, manage } = await lobbyOfTwo(world);
    const answer = await grace.get(manage);
    assert.equal(told(answer), ['You left lobby to come here.']);
    assert.equal((await notices(ada, lobby)).slice(2), ['grace entered the room.', 'grace left the room.']);
    assert.is((await grace.poll(lobby, 0)).json().ended, 'left');
    assert.equal(told(await grace.get(manage)), [], 'there was nothing to leave');
    assert.equal(told(await grace.get('/rooms')), [], 'told already');
    const back = await grace.press(answer, 'Enter lobby');
    assert.is(back.location, `/rooms/${lobby}`);
    assert.is((await grace.poll(lobby, 0)).status, 200);
  }),
);

test(
  'a prefetch, HEAD, a refused form or the page of another room does not leave the room',
  withApp(async (world) => {
    const { ada, grace, linus, lobby, manage } = await lobbyOfTwo(world);
    for (const purpose of ['prefetch', 'prefetch;prerender'])
      assert.equal(told(await grace.get(manage, { 'Sec-Purpose': purpose })), []);
    assert.is((await grace.send(manage, { method: 'HEAD' })).status, 200);
    assert.is((await linus.get(manage)).status, 403);
    assert.is(
      (await ada.post(`/rooms/${lobby}/rename`, { name: '' })).status,
      422,
      'a page that answers a form does not leave the room',
    );
    const study = await linus.createRoom('study', 'invite');
    await add(linus, study, 'grace');
    assert.is((await grace.get(`/rooms/${study}/manage`)).status, 200);
    for (const person of [ada, grace]) assert.is((await person.poll(lobby, 0)).status, 200);
    assert.equal((await grace.log(lobby)).slice(1), ['ada added', 'grace entered']);
  }),
);

test(
  'renaming a room shows on its page, in the list and in polls',
  withApp(async (world) => {
    const { ada, grace, lobby, manage } = await lobbyOfTwo(world);
    const answer = await ada.press(await ada.get(manage), 'Rename room', { name: '  tea & cake  ' });
    assert.is(answer.status, 303);
    const page = await ada.get(answer.location!);
    assert.is(titleOf(page), 'Manage tea & cake – Rooms – Plainchat');
    assert.is(words(page.page.querySelector('h1')), 'Manage tea & cake');
    const room = await grace.get(`/rooms/${lobby}`);
    assert.is(titleOf(room), 'tea & cake – Rooms – Plainchat');
    assert.is(words(room.page.querySelector('h1')), 'tea & cake');
    assert.match(main(await grace.get('/rooms')), /tea & cake/);
    const poll = (await grace.poll(lobby, 4)).json();
    assert.is(poll.name, 'tea & cake');
    assert.equal(
      [poll.entries[0].kind, poll.entries[0].author, poll.entries[0].body],
      ['renamed', 'ada', 'ada renamed the room to “tea & cake”.'],
    );
    assert.is((await grace.poll(lobby, 5)).status, 204);
  }),
);

for (const typed of ['linus', 'LINUS', ' linus ', 'linus@example.org', 'Linus@Example.ORG', 'ｌinus']) {
  test(
    `an administrator adds a member by ${JSON.stringify(typed)}, and the member can enter and read what was said before`,
    withApp(async (world) => {
      const { ada, linus, lobby, manage } = await lobbyOfTwo(world, 'invite');
      await ada.say(lobby, 'among ourselves');
      assert.is((await linus.get(`/rooms/${lobby}`)).status, 404);
      const answer = await ada.press(await ada.get(manage), 'Add member', { username: typed });
      assert.is(answer.status, 303);
      assert.equal(told(await ada.get(answer.location!)), ['linus is a member now.']);
      assert.equal((await roles(world, lobby)).linus, 'member');
      assert.is((await notices(ada, lobby)).at(-1), 'ada added linus.');
      assert.is((await linus.poll(lobby, 0)).status, 409, 'a member, and not in it yet');
      assert.match((await linus.get(`/rooms/${lobby}`)).text, /among ourselves/);
      assert.is((await linus.enter(lobby)).status, 303);
    }),
  );
}

const WHO = 'Username or email';
const NAME = 'Room name';
/** What an administrator is refused, with the sentence on the page of members. */
const refused: [
  what: string,
  path: string,
  fields: Record<string, string>,
  sentence: RegExp,
  label?: string,
][] = [
  [
    'adding an unknown username',
    '/members',
    { username: 'nobody' },
    /There is nobody with this username or email/,
    WHO,
  ],
  ['adding an unknown email', '/members', { username: 'grace@example.com' }, /There is nobody/, WHO],
  ['adding an empty name', '/members', { username: '' }, /There is nobody/, WHO],
  ['adding a text that is no name', '/members', { username: '<b>"\'&amp; % ☃' }, /There is nobody/, WHO],
  ['adding a member again', '/members', { username: 'GRACE' }, /grace is already a member/, WHO],
  ['adding themselves', '/members', { username: 'ada' }, /ada is already a member/, WHO],
  ['an empty room name', '/rename', { name: ' ' }, /Enter a name/, NAME],
  ['a room name of 65 characters', '/rename', { name: 'x'.repeat(65) }, /at most 64 characters/, NAME],
  ['removing an unknown user', '/members/nobody/remove', {}, /not a member of lobby/],
  ['removing a user who is no member', '/members/linus/remove', {}, /linus is not a member of lobby/],
  ['removing themselves', '/members/ada/remove', {}, /You cannot remove yourself/],
  ['removing themselves in another spelling', '/members/ADA/remove', {}, /You cannot remove yourself/],
  [
    'making a user an admin who is no member',
    '/members/linus/role',
    { role: 'admin' },
    /linus is not a member of lobby/,
  ],
  [
    'making the last admin a member',
    '/members/ada/role',
    { role: 'member' },
    /only administrator of lobby. Make somebody else an administrator first/,
  ],
  ['a missing role', '/members/grace/role', {}, /There is no such role/],
  ['an unknown role', '/members/grace/role', { role: 'owner' }, /There is no such role/],
  ['a role in another spelling', '/members/grace/role', { role: 'Admin' }, /There is no such role/],
  [
    'giving up membership as an admin',
    '/quit',
    {},
    /You are an administrator of lobby. Make yourself a member first/,
  ],
];
for (const [what, path, fields, sentence, label] of refused) {
  test(
    `an administrator is refused ${what} on the page of its form, and nothing changes`,
    withApp(async (world) => {
      const { ada, grace, lobby } = await lobbyOfTwo(world);
      const before = [await roles(world, lobby), await notices(grace, lobby)];
      const answer = await ada.post(`/rooms/${lobby}${path}`, fields);
      assert.is(answer.status, 422);
      assert.match(
        titleOf(answer),
        /^Error: (Manage|Remove ada from|(ada|grace) in) lobby( – Manage)? – Rooms/i,
      );
      assert.match(told(answer).join(), sentence);
      if (label) {
        assert.match(problem(answer, label).beside, sentence);
        assert.is(valueOf(labelled(answer, label)), Object.values(fields)[0], 'what was typed');
      }
      const script = await ada.postJson(`/rooms/${lobby}${path}`, fields);
      assert.is(script.status, 422);
      assert.match(script.json().error.message, sentence);
      assert.is(script.json().error.field, label && Object.keys(fields)[0]);
      assert.equal([await roles(world, lobby), await notices(grace, lobby)], before);
      assert.is((await ada.poll(lobby, 0)).status, 200, 'still in the room');
    }),
  );
}

test(
  'a name or a role that is given twice is refused',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOfTwo(world);
    for (const [path, name, value] of [
      ['/members', 'username', 'linus'],
      ['/rename', 'name', 'parlour'],
      ['/members/grace/role', 'role', 'admin'],
    ] as const) {
      assert.is(
        (
          await ada.post(
            `/rooms/${lobby}${path}`,
            new URLSearchParams([
              [name, value],
              [name, value],
            ]),
          )
        ).status,
        422,
        path,
      );
    }
    assert.equal(await roles(world, lobby), { ada: 'admin', grace: 'member' });
  }),
);

for (const name of [
  '%',
  '%zz',
  '%E0%A4%A',
  '%FF',
  '%ED%A0%80',
  '%00',
  '%20',
  '%2F',
  'ada%2Fremove',
  '..%2f..',
  '%2e%2e',
  '..',
  '%25ada',
  '__proto__',
  "'",
]) {
  test(
    `the address /members/${name} names no member`,
    withApp(async (world) => {
      const { ada, lobby } = await lobbyOfTwo(world);
      const body = `role=admin&_csrf=${await ada.token()}`;
      for (const act of ['remove', 'role']) {
        const headers = {
          Cookie: ada.cookieHeader,
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': body.length,
        };
        assert.is(
          (
            await bare(world.base, {
              path: `/rooms/${lobby}/members/${name}/${act}`,
              method: 'POST',
              headers,
              body,
            })
          ).status,
          422,
          act,
        );
      }
      assert.equal(await roles(world, lobby), { ada: 'admin', grace: 'member' });
    }),
  );
}

for (const username of [
  '小林',
  'أحمد',
  'Straße',
  'e\u0301mile',
  'क्षि',
  'a.b',
  '..a',
  '-_.1',
  'remove',
  'role',
]) {
  test(
    `the buttons for ${username} act on that member alone`,
    withApp(async (world) => {
      const { ada, lobby } = await lobbyOfTwo(world);
      const person = world.visitor();
      await person.post('/register', { username, email: 'somebody@example.org', password: 'correct horse' });
      const name = username.normalize('NFKC');
      await add(ada, lobby, 'somebody@example.org');
      for (const [button, role] of [
        [`Make ${name} an admin`, 'admin'],
        [`Make ${name} a member`, 'member'],
        [`Remove ${name}`, undefined],
      ] as const) {
        const page = `/rooms/${lobby}/members/${encodeURIComponent(name)}${role ? '' : '/removal'}`;
        assert.is((await ada.press(await ada.get(page), button)).status, 303, button);
        assert.equal(await roles(world, lobby), {
          ada: 'admin',
          grace: 'member',
          ...(role && { [name]: role }),
        });
      }
      assert.equal((await notices(ada, lobby)).slice(-3), [
        `ada made ${isolated(name)} an administrator.`,
        `ada made ${isolated(name)} a member.`,
        `ada removed ${isolated(name)}.`,
      ]);
    }),
  );
}

test(
  'each act is confirmed once, at an address that is new each time',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOfTwo(world);
    const acts: [act: () => Promise<Answer>, sentence: string][] = [
      [() => ada.post(`/rooms/${lobby}/rename`, { name: 'parlour' }), 'The name of the room is saved.'],
      [() => add(ada, lobby, 'linus'), 'linus is a member now.'],
      [() => changeRole(ada, lobby, 'linus', 'admin'), 'linus is an administrator now.'],
      [() => changeRole(ada, lobby, 'linus', 'member'), 'linus is a member now.'],
      [() => remove(ada, lobby, 'linus'), 'linus was removed.'],
    ];
    await ada.get(`/rooms/${lobby}/manage`);
    const addresses = new Set([`/rooms/${lobby}/manage`]);
    for (const [act, sentence] of acts) {
      world.clock.pass(1);
      const { status, location } = await act();
      assert.is(status, 303);
      assert.match(location ?? '', new RegExp(`^/rooms/${lobby}/manage\\?`));
      addresses.add(location!);
      assert.equal(told(await ada.get(location!)), [sentence]);
      assert.not.match(location!, /page=/);
      assert.equal(told(await ada.get(location!)), []);
    }
    assert.is(addresses.size, acts.length + 1);
  }),
);

test(
  'htmx is redirected after an act, and gets the page after a refused one',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOfTwo(world);
    const htmx = { 'HX-Request': 'true' };
    const done = await ada.post(`/rooms/${lobby}/members`, { username: 'linus' }, htmx);
    assert.is(done.status, 200);
    assert.match(done.headers.get('HX-Redirect') ?? '', new RegExp(`^/rooms/${lobby}/manage\\?`));
    assert.is(done.text, '');
    const answer = await ada.post(`/rooms/${lobby}/members`, { username: 'linus' }, htmx);
    assert.is(answer.status, 422);
    assert.is(answer.headers.get('HX-Redirect'), null);
    assert.match(problem(answer, WHO).beside, /linus is already a member/);
    assert.ok(answer.page.querySelector('main .problems[autofocus]'), 'where the focus goes');
  }),
);

for (const [access, outside] of [
  ['open', 403],
  ['invite', 404],
] as const) {
  test(
    `removing a user from an ${access} room puts them out at once, tells them once, and bars them until they are added again`,
    withApp(async (world) => {
      const { ada, grace, lobby } = await lobbyOfTwo(world, access);
      await grace.say(lobby, 'hello');
      const { after } = (await grace.poll(lobby, 0)).json() as Delta;
      assert.is((await remove(ada, lobby, 'grace')).status, 303);

      const poll = await grace.poll(lobby, after);
      assert.is(poll.status, 409);
      const { ended, message, location } = poll.json() as Record<string, string>;
      assert.equal(
        [ended, message, location],
        ['removed', 'You were removed from the room lobby.', '/rooms'],
      );
      for (let time = 0; time < 2; time += 1) {
        for (const path of [
          '',
          '?before=3',
          '?from=1',
          '?after=1',
          '?day=2026-01-01',
          '/manage',
          '/delete',
        ]) {
          const page = await grace.get(`/rooms/${lobby}${path}`);
          assert.equal([page.status, page.location], [303, '/rooms'], path);
        }
        assert.is((await grace.poll(lobby, 0)).json().ended, 'removed');
        assert.is((await grace.getJson(`/rooms/${lobby}/entries`)).status, 409);
        const said = await grace.sayJson(lobby, 'may I?');
        assert.equal([said.status, said.json().ended], [409, 'removed']);
        const typed = await grace.say(lobby, 'written for\nlong');
        assert.is(typed.status, 409);
        assert.is(valueOf(typed.page.querySelector('textarea')!), 'written for\nlong');
        assert.not.ok(
          buttons(typed).some((button) => button.startsWith('Enter')),
          'there is no way in',
        );
        const entered = await grace.enter(lobby);
        assert.is(entered.status, outside);
        assert.match(
          main(entered),
          access === 'open'
            ? /You were removed from lobby\. Ask one of its administrators/
            : /There is no such room/,
        );
        assert.is((await grace.enter(lobby, { body: 'hello', key: '12345678' })).status, outside);
        assert.equal(
          told(await grace.get('/rooms')),
          time === 0 ? ['You were removed from the room lobby.'] : [],
        );
      }

      const study = await grace.createRoom('study');
      assert.is((await grace.poll(lobby, 0)).status, outside);
      assert.is((await grace.getJson(`/rooms/${lobby}/entries`)).status, outside);
      assert.is((await grace.say(lobby, 'hello')).status, outside);
      assert.is((await grace.enter(lobby, { leave: `${study}` })).status, outside);
      assert.is((await grace.poll(study, 0)).status, 200, 'still in the study');
      assert.equal(await notices(ada, lobby), [
        'ada entered the room.',
        'ada added grace.',
        'grace entered the room.',
        'hello',
        'ada removed grace.',
      ]);

      await grace.leave(study);
      await add(ada, lobby, 'grace');
      assert.is((await grace.enter(lobby)).status, 303);
      assert.match((await grace.get(`/rooms/${lobby}`)).text, /ada removed grace\./);
      await remove(ada, lobby, 'grace');
      assert.is((await grace.poll(lobby, 0)).json().ended, 'removed', 'removed again');
    }),
  );

  test(
    `a user removed from an ${access} room that they are not in cannot read or enter it`,
    withApp(async (world) => {
      const { ada, grace, lobby } = await lobbyOfTwo(world, access);
      await grace.say(lobby, 'hello');
      const study = await grace.createRoom('study');
      await grace.enter(study, { leave: `${lobby}` });
      await remove(ada, lobby, 'grace');
      assert.is((await grace.poll(study, 0)).status, 200, 'in the study as before');
      assert.not.match((await grace.get(`/rooms/${lobby}?from=1`)).text, /hello/);
      for (const answer of [
        await grace.getJson(`/rooms/${lobby}/entries`),
        await grace.sayJson(lobby, 'may I?'),
        await grace.enter(lobby, { leave: `${study}` }),
      ])
        assert.is(answer.status, outside);
      assert.equal((await notices(ada, lobby)).slice(4), ['grace left the room.', 'ada removed grace.']);
    }),
  );
}

test(
  'all administrators are equal: a new one can remove the one who created the room',
  withApp(async (world) => {
    const { ada, grace, lobby, manage } = await lobbyOfTwo(world);
    const pageOf = (name: string) => `/rooms/${lobby}/members/${name}`;
    await ada.press(await ada.get(pageOf('grace')), 'Make grace an admin');
    await ada.enter(lobby);
    assert.equal(buttons(await grace.get(pageOf('ada/removal'))), ['Log out', 'Remove ada']);
    await grace.press(await grace.get(pageOf('ada')), 'Make ada a member');
    assert.is((await ada.poll(lobby, 0)).status, 200, 'a member again, and in the room as before');
    assert.is((await add(ada, lobby, 'linus')).status, 403);
    assert.equal(buttons(await ada.get(manage)), ['Log out', 'Enter lobby', 'Give up membership']);
    assert.is((await changeRole(grace, lobby, 'grace', 'member')).status, 422, 'grace is the last');
    await remove(grace, lobby, 'ada');
    assert.equal(await roles(world, lobby), { grace: 'admin' });
    assert.is((await ada.enter(lobby)).status, 403);
    assert.equal(
      (await notices(grace, lobby)).filter((line) => /made|removed/.test(line)),
      ['ada made grace an administrator.', 'grace made ada a member.', 'grace removed ada.'],
    );
  }),
);

test(
  'an administrator can step down, and then give up membership',
  withApp(async (world) => {
    const { ada, grace, lobby, manage } = await lobbyOfTwo(world);
    await changeRole(ada, lobby, 'grace', 'admin');
    await ada.get(manage);
    await ada.press(await ada.get(`/rooms/${lobby}/members/ada`), 'Make ada a member');
    assert.is((await ada.press(await ada.get(manage), 'Give up membership')).location, '/rooms');
    assert.equal(await roles(world, lobby), { grace: 'admin' });
    assert.equal((await notices(grace, lobby)).slice(-2), [
      'ada stepped down, and is a member now.',
      'ada gave up membership.',
    ]);
  }),
);

test(
  'an act that changes nothing writes no notice',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOfTwo(world);
    const before = await notices(ada, lobby);
    for (const again of [
      await changeRole(ada, lobby, 'grace', 'member'),
      await changeRole(ada, lobby, 'ada', 'admin'),
      await ada.post(`/rooms/${lobby}/rename`, { name: 'lobby' }),
    ])
      assert.is(again.status, 303);
    assert.equal(await notices(ada, lobby), before);
  }),
);

const races: [what: string, act: (admin: Visitor, lobby: number, other: string) => Promise<Answer>][] = [
  ['step down', (admin, lobby) => changeRole(admin, lobby, admin.username, 'member')],
  ['make each other members', (admin, lobby, other) => changeRole(admin, lobby, other, 'member')],
  ['remove each other', (admin, lobby, other) => remove(admin, lobby, other)],
];
for (const [what, act] of races) {
  test(
    `when the last two administrators ${what} at the same moment, one stays`,
    withApp(async (world) => {
      const { ada, grace, lobby } = await lobbyOfTwo(world);
      await changeRole(ada, lobby, 'grace', 'admin');
      await Promise.all([ada.token(), grace.token()]);
      const answers = await Promise.all([act(ada, lobby, 'grace'), act(grace, lobby, 'ada')]);
      assert.equal(answers.filter(({ status }) => status === 303).length, 1);
      for (const { status } of answers) assert.ok([303, 403, 409, 422].includes(status), String(status));
      assert.is(Object.values(await roles(world, lobby)).filter((role) => role === 'admin').length, 1);
    }),
  );
}

for (const [access, page, enter] of [
  ['open', 200, 303],
  ['invite', 404, 404],
] as const) {
  test(
    `giving up membership of an ${access} room ends it, and shows one message`,
    withApp(async (world) => {
      const { ada, grace, lobby } = await lobbyOfTwo(world, access);
      const answer = await grace.post(`/rooms/${lobby}/quit`);
      assert.equal([answer.status, answer.location], [303, '/rooms']);
      assert.equal(told(await grace.get('/rooms')), ['You are no longer a member of lobby.']);
      assert.equal(told(await grace.get('/rooms')), []);
      assert.equal((await notices(ada, lobby)).slice(3), [
        'grace left the room.',
        'grace gave up membership.',
      ]);
      assert.equal(await roles(world, lobby), { ada: 'admin' });
      assert.is((await grace.getJson(`/rooms/${lobby}/entries`)).status, access === 'open' ? 403 : 404);
      assert.is((await grace.get(`/rooms/${lobby}`)).status, page);
      assert.is((await grace.enter(lobby)).status, enter, 'nobody has barred them');
    }),
  );
}

test(
  'an administrator who gives up membership learns what to do first, and stays in the room',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOfTwo(world);
    const answer = await ada.post(`/rooms/${lobby}/quit`);
    assert.is(answer.status, 422);
    assert.match(
      told(answer).join(),
      /Make yourself a member first\. If you are the only administrator, make somebody else an administrator/,
    );
    for (const name of ['ada', 'grace'])
      assert.ok(answer.page.querySelector(`main a[href="/rooms/${lobby}/members/${name}"]`), name);
    assert.is((await ada.poll(lobby, 0)).status, 200);
  }),
);

test(
  'an act on a page that is out of date is refused with what has changed',
  withApp(async (world) => {
    const { ada, grace, linus, lobby, manage } = await lobbyOfTwo(world);
    for (const username of ['grace', 'linus']) {
      await add(ada, lobby, username);
      await changeRole(ada, lobby, username, 'admin');
    }
    const page = await ada.get(manage);
    const own = await ada.get(`/rooms/${lobby}/members/ada`);
    const [member, asking] = [
      await ada.get(`/rooms/${lobby}/members/grace`),
      await ada.get(`/rooms/${lobby}/members/grace/removal`),
    ];
    await grace.post(`/rooms/${lobby}/members/grace/role`, { role: 'member' });
    await grace.post(`/rooms/${lobby}/quit`);
    for (const [form, button] of [
      [asking, 'Remove grace'],
      [member, 'Make grace a member'],
    ] as const) {
      const gone = await ada.press(form, button);
      assert.is(gone.status, 422);
      assert.match(told(gone).join(), /grace is not a member of lobby/);
    }
    await changeRole(linus, lobby, 'ada', 'member');
    const demoted = await ada.press(page, 'Add member', { username: 'grace' });
    assert.is(demoted.status, 403);
    assert.match(main(demoted), /Only an administrator of lobby can do this/);
    await linus.post(`/rooms/${lobby}/delete`);
    for (const button of [
      'Add member',
      'Rename room',
      'Make ada a member',
      'Give up membership',
      'Enter lobby',
    ]) {
      const none = await ada.press(button === 'Make ada a member' ? own : page, button, {
        username: 'grace',
        name: 'parlour',
      });
      assert.is(none.status, 404, button);
      assert.match(main(none), /There is no such room/);
    }
  }),
);

const entry = [`/entries`, '/entries/2', '/messages', '/messages/2', '/2', '', '/log'];
for (const method of ['PUT', 'PATCH', 'DELETE', 'POST']) {
  test(
    `no address lets ${method} change or remove an entry`,
    withApp(async (world) => {
      const { ada, lobby } = await lobbyOfTwo(world);
      await ada.say(lobby, 'hello', { key: '12345678' });
      const log = async () => (await ada.getJson(`/rooms/${lobby}/entries`)).text;
      const before = await log();
      for (const path of [
        ...entry,
        ...['edit', 'delete', 'remove'].flatMap((act) => [`/entries/2/${act}`, `/messages/2/${act}`]),
      ]) {
        for (const value of [
          { seq: 2, body: 'changed', key: '12345678' },
          { _method: 'DELETE', body: 'changed', key: '12345678' },
        ]) {
          const headers = {
            Accept: 'application/json',
            'Content-Type': 'application/json',
            'X-CSRF-Token': await ada.token(),
            'X-HTTP-Method-Override': 'DELETE',
          };
          const { status } = await ada.send(`/rooms/${lobby}${path}`, {
            method,
            headers,
            body: JSON.stringify(value),
          });
          const isRepeated = method === 'POST' && path === '/messages'; // answered with the first message under its key
          assert.ok(isRepeated ? status === 200 : status === 404 || status === 405, `${path} ${status}`);
        }
      }
      assert.is(await log(), before);
    }),
  );
}

test(
  'a user who was removed and added again can send a message and enter with it',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await ada.post(`/rooms/${lobby}/members/grace/remove`);
    assert.is((await grace.poll(lobby, 0)).json().ended, 'removed');
    await ada.post(`/rooms/${lobby}/members`, { username: 'grace' });
    assert.is((await grace.poll(lobby, 0)).json().ended, 'left');
    const answer = await grace.say(lobby, 'here again');
    assert.is(answer.status, 409);
    assert.is((await grace.press(answer, 'Enter lobby and send')).status, 303);
  }),
);

test(
  'adding members is limited like finding people',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    for (let time = 1; time <= 60; time += 1)
      assert.is((await ada.post(`/rooms/${lobby}/members`, { username: `${time}@example.org` })).status, 422);
    assert.is((await ada.post(`/rooms/${lobby}/members`, { username: 'one@example.org' })).status, 429);
  }),
);

test(
  'an act on a later page of members leads back to that page',
  withApp(async (world) => {
    const { ada, lobby } = await lobbyOfTwo(world);
    const address = `/rooms/${lobby}/members/grace/role`;
    const { location } = await ada.post(address, { role: 'admin', page: '3' });
    assert.match(location!, new RegExp(`^/rooms/${lobby}/manage\\?page=3&check=`));
    for (const page of ['0', '-1', 'x', '99999', '3&x=1'])
      assert.not.match((await ada.post(address, { role: 'member', page })).location!, /page=/);
  }),
);

test.run();

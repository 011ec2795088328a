import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Entry } from '../../server/chat/entry.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Room } from '../../server/chat/room.ts';
import { withApp, type World } from '../support/app.ts';
import {
  type Answer,
  buttons,
  type Delta,
  labelled,
  seqs,
  titleOf,
  valueOf,
  type Visitor,
  words,
} from '../support/visitor.ts';

const test = suite('direct rooms over HTTP');

/** Opens the direct room with a user and enters it; returns its id. */
async function talkTo(person: Visitor, username: string): Promise<number> {
  const { status, location } = await person.post(`/people/${username}/message`);
  assert.is(status, 303);
  return Number(/^\/rooms\/(\d+)$/.exec(location ?? '')?.[1]);
}

const main = (answer: Answer) => words(answer.page.querySelector('main'));
const roomsPage = async (person: Visitor) => main(await person.get('/rooms'));

test(
  "the button on a user's page opens a direct room and enters it",
  withApp(async ({ cast }) => {
    const [ada] = [await cast('ada'), await cast('grace')];
    const { status, location } = await ada.press(await ada.get('/people/grace'), 'Message grace');
    assert.equal([status, location], [303, '/rooms/1']);
    const page = await ada.get(location!);
    assert.is(titleOf(page), 'grace – Rooms – Plainchat');
    assert.ok(buttons(page).includes('Send'));
    assert.equal(await ada.log(1), [], 'no notice tells who comes');
  }),
);

test(
  'two users have one direct room, no matter who opens it and how often',
  withApp(async ({ cast, em }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const rooms = [await talkTo(ada, 'grace'), await talkTo(grace, 'ada'), await talkTo(ada, 'GRACE')];
    assert.equal([new Set(rooms).size, await em().count(Room)], [1, 1]);
    assert.equal(await ada.log(rooms[0]!), []);
  }),
);

test(
  'when both open it at the same moment, the two get the same room',
  withApp(async ({ cast, em }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    for (const person of [ada, grace]) await person.token();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, turn) =>
        turn % 2 ? ada.post('/people/grace/message') : grace.post('/people/ada/message'),
      ),
    );
    assert.equal(
      new Set(answers.map(({ status, location }) => `${status} ${location}`)),
      new Set(['303 /rooms/1']),
    );
    assert.equal([await em().count(Room), await em().count(Membership)], [1, 2]);
    assert.equal(await ada.log(1), []);
  }),
);

test(
  'a user can open a direct room neither with themselves nor with an unknown user',
  withApp(async ({ cast, em }) => {
    const ada = await cast('ada');
    const self = await ada.post('/people/ada/message');
    assert.is(self.status, 422);
    assert.match(
      words(self.page.querySelector('main .problems, main [role="alert"]')),
      /You cannot write to yourself\./,
    );
    assert.is((await ada.postJson('/people/ada/message', {})).status, 422);
    assert.is((await ada.post('/people/nobody/message')).status, 404);
    assert.is(await em().count(Room), 0);
  }),
);

test(
  'a user in another room is asked to leave it before they enter the direct room',
  withApp(async ({ cast }) => {
    const [ada] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    for (const leave of ['', 'x', '999', '0'])
      assert.is((await ada.post('/people/grace/message', { leave })).status, 409, leave);
    const asked = await ada.press(await ada.get('/people/grace'), 'Message grace');
    assert.is(asked.status, 409);
    assert.match(titleOf(asked), /^You are in lobby/);
    assert.ok(asked.page.querySelector(`main a[href="/rooms/${lobby}"]`), 'to stay');
    assert.equal(await ada.log(lobby), ['ada entered']);
    const { status, location } = await ada.press(asked, 'Leave lobby and enter grace');
    assert.is(status, 303);
    assert.equal(
      [await ada.log(lobby), await ada.log(Number(location?.split('/').at(-1)))],
      [['ada entered', 'ada left'], []],
    );
  }),
);

test(
  'a user who agrees to leave their room enters the direct room at once',
  withApp(async ({ cast }) => {
    const [ada] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    const { status, location } = await ada.post('/people/grace/message', { leave: `${lobby}` });
    assert.is(status, 303);
    assert.match(main(await ada.get(location!)), /Write a message/);
    assert.equal(await ada.log(lobby), ['ada entered', 'ada left']);
  }),
);

test(
  'messages wait for a user who is away, with the number of unread ones',
  withApp(async ({ cast, visitor }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    await grace.post('/logout');
    const room = await talkTo(ada, 'grace');
    const back = visitor();
    await back.logIn('grace');
    assert.not.match(await roomsPage(back), /Conversations/, 'no message yet');
    for (const body of ['hello', 'are you there?']) await ada.say(room, body);
    await ada.get(`/rooms/${room}`);
    assert.match(
      await roomsPage(back),
      /Conversations ada 2 unread messages\. 1 person is in it now\. Enter ada/,
    );
    const page = await back.get(`/rooms/${room}`);
    assert.match(main(page), /2 unread messages.* hello .* are you there\?/);
    assert.match(await roomsPage(back), /ada 1 person is in it now\./);
    await back.enter(room);
    await back.say(room, 'good morning');
    assert.match(await roomsPage(ada), /1 unread message\./);
  }),
);

test(
  "a hidden direct room leaves that user's list until the next message, and keeps its address",
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const room = await talkTo(ada, 'grace');
    await ada.say(room, 'hello');
    const gone = await grace.press(await grace.get(`/rooms/${room}/manage`), 'Hide conversation');
    assert.equal([gone.status, gone.location], [303, '/rooms']);
    assert.match(await roomsPage(grace), /^The conversation with ada is hidden/);
    assert.not.match(await roomsPage(grace), /Conversations/);
    assert.match(await roomsPage(ada), /Conversations grace/);
    assert.equal(seqs(await grace.get(`/rooms/${room}`)), [1]);
    await ada.say(room, 'are you there?');
    assert.match(await roomsPage(grace), /Conversations ada 1 unread message\./);
    assert.equal(await ada.log(room), ['ada: hello', 'ada: are you there?']);
  }),
);

/** `one` is in the direct room, `other` is not; `sharer` shares another room with both; `blocked` is `one` after the other has blocked them. */
const PEOPLE = ['nobody', 'stranger', 'sharer', 'other', 'one', 'blocked'] as const;
type Person = (typeof PEOPLE)[number];

interface Row {
  ask: 'GET' | 'POST';
  path: string;
  fields?: Record<string, string>;
  other: number;
  one: number;
  blocked: number;
  /** The status for a script, if it differs from that for a form. */
  script?: number;
}

const BOTH_READ = { other: 200, one: 200, blocked: 200 };
const BOTH_ACT = { other: 303, one: 303, blocked: 303 };
const NEITHER = { other: 403, one: 403, blocked: 403 };
const MESSAGE = { body: 'hello', after: '0' };

const ROWS: Row[] = [
  { ask: 'GET', path: '', ...BOTH_READ },
  { ask: 'GET', path: '?before=2', ...BOTH_READ },
  { ask: 'GET', path: '?from=1&show=1', ...BOTH_READ },
  { ask: 'GET', path: '?day=2026-01-01', ...BOTH_READ },
  { ask: 'GET', path: '/manage', ...BOTH_READ },
  { ask: 'GET', path: '/poll', other: 409, one: 200, blocked: 200 },
  { ask: 'GET', path: '/entries', ...BOTH_READ },
  { ask: 'POST', path: '/enter', ...BOTH_ACT },
  { ask: 'POST', path: '/leave', ...BOTH_ACT },
  { ask: 'POST', path: '/messages', fields: MESSAGE, other: 409, one: 303, blocked: 403, script: 201 },
  { ask: 'POST', path: '/messages', fields: { body: '', key: '' }, other: 409, one: 422, blocked: 403 },
  { ask: 'POST', path: '/rename', fields: { name: 'ours' }, ...NEITHER },
  { ask: 'POST', path: '/rename', fields: { name: '' }, ...NEITHER },
  { ask: 'POST', path: '/members', fields: { username: 'linus' }, ...NEITHER },
  { ask: 'POST', path: '/members/grace/role', fields: { role: 'admin' }, ...NEITHER },
  { ask: 'POST', path: '/members/ada/role', fields: { role: 'admin' }, ...NEITHER },
  { ask: 'POST', path: '/members/grace/remove', ...NEITHER },
  { ask: 'POST', path: '/members/ada/remove', ...NEITHER },
  { ask: 'GET', path: '/delete', ...NEITHER },
  { ask: 'POST', path: '/delete', ...NEITHER },
  { ask: 'POST', path: '/quit', ...BOTH_ACT },
];

async function stage({ cast, visitor }: World) {
  const [one, other, sharer, stranger] = [
    await cast('ada'),
    await cast('grace'),
    await cast('linus'),
    await cast('mallory'),
  ];
  const lobby = await sharer.createRoom('lobby');
  for (const person of [one, other]) {
    await person.enter(lobby);
    await person.leave(lobby);
  }
  const room = await talkTo(one, 'grace');
  await one.say(room, 'between us');
  const people: Record<Person, Visitor> = { nobody: visitor(), stranger, sharer, other, one, blocked: one };
  return { people, room };
}

function ask(
  person: Visitor,
  { ask, path, fields: given = {} }: Row,
  room: number,
  isScript: boolean,
): Promise<Answer> {
  const fields = { ...given, ...(given.body && { key: crypto.randomUUID() }) };
  const address = path === '/poll' ? `/poll?room=${room}&after=0` : `/rooms/${room}${path}`;
  if (ask === 'GET') return isScript ? person.getJson(address) : person.get(address);
  return isScript ? person.postJson(address, fields) : person.post(address, fields);
}

async function ruleOf({ em }: World, room: number) {
  const own = em();
  const { name, access } = await own.findOneOrFail(Room, room);
  const members = (await own.find(Membership, { room }, { populate: ['user'] }))
    .map(({ user, role }) => `${user.username} ${role}`)
    .toSorted();
  return { name, access, members };
}

for (const row of ROWS) {
  for (const isScript of [false, true]) {
    if (!isScript && (row.path === '/poll' || row.path === '/entries')) continue; // only scripts use these
    test(
      `only the two can ${row.ask} ${row.path || 'the page'} ${JSON.stringify(row.fields ?? {})} ${isScript ? 'by script' : 'by form'}`,
      withApp(async (world) => {
        const { people, room } = await stage(world);
        const expected: Record<Person, number> = {
          nobody: isScript ? 401 : 303,
          stranger: 404,
          sharer: 404,
          other: row.other,
          one: isScript && row.script ? row.script : row.one,
          blocked: row.blocked,
        };
        for (const who of PEOPLE) {
          const count = await world.em().count(Entry, { room });
          if (who === 'blocked') {
            await people.one.enter(room);
            await people.other.post('/people/ada/block');
          }
          const answer = await ask(people[who], row, room, isScript);
          assert.is(answer.status, expected[who], who);
          if (who === 'nobody' && !isScript) assert.match(answer.location!, /^\/login/);
          if (!['nobody', 'stranger', 'sharer'].includes(who)) continue;
          assert.not.match(answer.text, /between us|ada and grace/, who);
          assert.is(await world.em().count(Entry, { room }), count, who);
        }
        assert.equal(await ruleOf(world, room), {
          name: 'ada and grace',
          access: 'direct',
          members: ['ada member', 'grace member'],
        });
      }),
    );
  }
}

test(
  'a direct room of others gives the same answers as a room that does not exist',
  withApp(async (world) => {
    const {
      people: { sharer },
      room,
    } = await stage(world);
    for (const path of ['', '/manage', '/delete', '/entries']) {
      const [hidden, none] = [
        await sharer.get(`/rooms/${room}${path}`),
        await sharer.get(`/rooms/999${path}`),
      ];
      assert.equal(
        [hidden.status, main(hidden), hidden.location?.replace(`${room}`, '999')],
        [none.status, main(none), none.location],
        path,
      );
    }
    assert.not.match(await roomsPage(sharer), /Conversations/);
  }),
);

test(
  'the pages of a direct room have no button for what nobody may do there',
  withApp(async (world) => {
    const {
      people: { one },
      room,
    } = await stage(world);
    const [page, manage] = [await one.get(`/rooms/${room}`), await one.get(`/rooms/${room}/manage`)];
    assert.not.ok(
      [...buttons(page), ...buttons(manage)].some((name) => /^(Remove|Make|Add|Rename|Delete)/.test(name)),
    );
    for (const {
      page: { innerHTML },
    } of [page, manage])
      assert.not.match(innerHTML, `/rooms/${room}/delete`);
    assert.match(main(manage), /Nobody can be added, and it cannot be renamed or deleted\./);
  }),
);

for (const [who, sentence] of [
  ['ada', 'Messages to grace cannot be delivered.'],
  ['grace', 'You have blocked ada. Unblock them to write to them.'],
] as const) {
  test(
    `${who} cannot post after grace has blocked ada, and keeps the text`,
    withApp(async (world) => {
      const {
        people: { one: ada, other: grace },
        room,
      } = await stage(world);
      await grace.enter(room);
      await grace.post('/people/ada/block');
      const writer = who === 'ada' ? ada : grace;
      const answer = await writer.say(room, 'line 1\nline <2>');
      assert.is(answer.status, 403);
      assert.is(words(answer.page.querySelector('main .problems, main [role="alert"]')), sentence);
      assert.is(valueOf(labelled(answer, 'What you wrote')).trimEnd(), 'line 1\nline <2>');
      const script = await writer.sayJson(room, 'hello');
      assert.equal([script.status, script.json()], [403, { error: { message: sentence } }]);
      const { entries }: Delta = (await grace.getJson(`/rooms/${room}/entries`)).json();
      assert.equal(
        entries.map(({ seq, kind }) => `${seq} ${kind}`),
        ['1 message'],
      );
      await grace.post('/people/ada/unblock');
      assert.is((await writer.say(room, 'line 1\nline <2>')).status, 303);
    }),
  );
}

test(
  'a blocked user who enters with a message does neither, and keeps the text',
  withApp(async (world) => {
    const {
      people: { one: ada, other: grace },
      room,
    } = await stage(world);
    await ada.leave(room);
    await grace.post('/people/ada/block');
    const answer = await ada.enter(room, { body: 'let me in', key: '12345678' });
    assert.is(answer.status, 403);
    assert.match(valueOf(labelled(answer, 'What you wrote')), /let me in/);
    assert.equal(await grace.log(room), ['ada: between us']);
  }),
);

test(
  'a blocked user gets 403 also from outside the room, before any question about entering',
  withApp(async (world) => {
    const {
      people: { one: ada, other: grace },
      room,
    } = await stage(world);
    await ada.leave(room);
    await grace.post('/people/ada/block');
    assert.is((await ada.say(room, 'hello')).status, 403);
    await ada.createRoom('study');
    assert.is((await ada.post('/people/grace/message')).status, 403);
  }),
);

test.run();

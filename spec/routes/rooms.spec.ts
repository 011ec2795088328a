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

const test = suite('room list over HTTP');

/** The names of the rooms under each heading. */
function listed({ page }: Answer): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  let heading = '';
  for (const element of page.querySelectorAll('main h2, main li h3, main li a')) {
    if (element.tagName === 'H2') lists[(heading = words(element))] = [];
    else if (/^\/rooms\/\d+$/.test(element.getAttribute('href') ?? '')) lists[heading]?.push(words(element));
  }
  return lists;
}

/** The text of one room in the list. */
function about({ page }: Answer, room: number): string {
  return words(
    page.querySelectorAll('main li').find((item) => item.querySelector(`a[href="/rooms/${room}"]`)),
  );
}

const rooms = (person: Visitor) => person.get('/rooms');

test(
  'an empty list says so, and has a form to create a room',
  withApp(async ({ cast }) => {
    const answer = await rooms(await cast('ada'));
    assert.is(answer.status, 200);
    assert.is(titleOf(answer), 'Rooms – Plainchat');
    assert.match(words(answer.page.querySelector('main')), /There are no rooms yet/);
    assert.is(labelled(answer, 'Room name').getAttribute('name'), 'name');
    assert.ok(buttons(answer).includes('Create room'));
  }),
);

test(
  "the list has the user's rooms and the open rooms under their headings",
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    await ada.createRoom('lobby');
    const study = await grace.createRoom('study', 'invite');
    await grace.leave(study);
    const attic = await grace.createRoom('attic');
    const [forAda, forGrace] = [listed(await rooms(ada)), listed(await rooms(grace))];
    assert.equal(forAda['Your rooms'], ['lobby']);
    assert.equal(forAda['Open rooms'], ['attic']);
    assert.equal(forGrace['Your rooms'], ['attic', 'study']);
    assert.equal(forGrace['Open rooms'], ['lobby']);
    assert.not.match((await rooms(ada)).text, 'study');
    await ada.enter(attic, { leave: '1' });
    assert.equal(listed(await rooms(ada))['Your rooms'], ['attic', 'lobby'], 'entering makes a member');
  }),
);

test(
  "a room stays among the user's own after they have left it",
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    await grace.enter(lobby);
    await grace.leave(lobby);
    assert.equal(listed(await rooms(grace))['Your rooms'], ['lobby']);
  }),
);

test(
  'the list counts the users in each room, and marks the room the user is in',
  withApp(async ({ cast }) => {
    const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
    const lobby = await ada.createRoom('lobby');
    assert.match(about(await rooms(linus), lobby), /1 person is in it now/);
    await grace.enter(lobby);
    assert.match(about(await rooms(linus), lobby), /2 people are in it now/);
    assert.match(about(await rooms(grace), lobby), /You are in this room/);
    assert.not.match(about(await rooms(linus), lobby), /You are in this room/);
    await ada.leave(lobby);
    await grace.leave(lobby);
    assert.not.match((await rooms(linus)).text, /is in it now/);
  }),
);

test(
  'each room has a button to enter, also the one the user is in',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const lobby = await ada.createRoom('lobby');
    assert.is((await ada.press(await rooms(ada), 'Enter lobby')).location, `/rooms/${lobby}`);
    const answer = await grace.press(await rooms(grace), 'Enter lobby');
    assert.is(answer.status, 303);
    assert.is(answer.location, `/rooms/${lobby}`);
  }),
);

test(
  'only rooms that the user administers have a link to delete them',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const [lobby, study] = [await ada.createRoom('lobby'), await ada.createRoom('study')];
    await grace.enter(lobby);
    const links = async (person: Visitor) =>
      (await rooms(person)).page
        .querySelectorAll('a[href$="/delete"]')
        .map((link) => link.getAttribute('href'));
    assert.equal(await links(ada), [`/rooms/${lobby}/delete`, `/rooms/${study}/delete`]);
    assert.equal(await links(grace), []);
  }),
);

test(
  'creating a room enters it',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const answer = await ada.press(await rooms(ada), 'Create room', { name: '  lobby  ' });
    assert.is(answer.status, 303);
    assert.match(answer.location ?? '', /^\/rooms\/\d+$/);
    const page = await ada.get(answer.location!);
    assert.is(words(page.page.querySelector('h1')), 'lobby');
    assert.ok(buttons(page).includes('Send') && buttons(page).includes('Leave room'));
  }),
);

test(
  'a room is open unless its creator chooses "members only"',
  withApp(async ({ cast }) => {
    const [ada, grace] = [await cast('ada'), await cast('grace')];
    const study = await ada.createRoom('study', 'invite');
    assert.match(about(await rooms(ada), study), /members only/i);
    assert.is((await grace.get(`/rooms/${study}`)).status, 404);
    const open = await grace.post('/rooms', { name: 'lobby' });
    assert.is((await ada.get(open.location!)).status, 200, 'open by default');
  }),
);

test(
  'creating a room while in another asks which one to be in',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    const study = await ada.createRoom('study');
    assert.equal(await ada.log(study), []);
    assert.equal(await ada.log(lobby), ['ada entered'], 'still in the lobby');
    const page = await ada.get(`/rooms/${study}`);
    assert.ok(page.page.querySelector(`main a[href="/rooms/${lobby}"]`), 'to stay there');
    assert.not.ok(buttons(page).includes('Send'));
    assert.is((await ada.press(page, 'Enter study')).location, `/rooms/${study}`);
    assert.equal(await ada.log(study), ['ada entered']);
    assert.equal(await ada.log(lobby), ['ada entered', 'ada left']);
  }),
);

test(
  'a room name may have any script, and two rooms the same name',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const name of [
      'Lesesaal',
      'غرفة',
      '部屋',
      '😀',
      'a'.repeat(64),
      '😀'.repeat(64),
      'a & b < c',
      'Lesesaal',
    ]) {
      const id = await ada.createRoom(name);
      assert.is(words((await ada.get(`/rooms/${id}`)).page.querySelector('h1')), name);
    }
  }),
);

const refused: [what: string, name: string, sentence: RegExp][] = [
  ['no name', '', /Enter a name/],
  ['a name of spaces', ' \t\u00a0\u3000 ', /Enter a name/],
  ['an invisible name', '\u200b\u2060\u00ad', /Enter a name/],
  ['a name of 65 characters', 'a'.repeat(65), /at most 64 characters/],
  ['a name of two lines', 'lobby\nstudy', /one line/],
  ['a name of two lines as forms send it', 'lobby\r\nstudy', /one line/],
  ['a name of two paragraphs', 'lobby\u2029study', /one line/],
  ['a name with a NUL', 'lob\0by', /control/],
];
for (const [what, name, sentence] of refused) {
  test(
    `a room with ${what} is refused, and what was typed is kept`,
    withApp(async ({ cast }) => {
      const ada = await cast('ada');
      const answer = await ada.post('/rooms', { name, access: 'invite' });
      assert.is(answer.status, 422);
      assert.match(titleOf(answer), /^Error: Rooms/);
      const { top, beside } = problem(answer, 'Room name');
      assert.match(top, sentence);
      assert.match(beside, sentence);
      if (!/[\r\0]/.test(name)) assert.is(valueOf(labelled(answer, 'Room name')), name);
      assert.is(answer.page.querySelector('input[type="radio"][checked]')?.getAttribute('value'), 'invite');
      assert.equal(listed(await rooms(ada)), { 'Create a room': [] });
    }),
  );
}

test(
  'an unknown kind of access is refused',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    for (const access of ['direct', 'OPEN', 'nonsense', '\0']) {
      const answer = await ada.post('/rooms', { name: 'lobby', access });
      assert.is(answer.status, 422, access);
      assert.is(valueOf(labelled(answer, 'Room name')), 'lobby');
      assert.match(words(answer.page.querySelector('main .problems, main [role="alert"]')), /who may enter/i);
    }
  }),
);

test(
  'the list says once that the user has left a room, and has the focus there',
  withApp(async ({ cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.leave(lobby);
    assert.is(
      words((await rooms(ada)).page.querySelector('main [role="status"][autofocus]')),
      'You left lobby.',
    );
    assert.not.match((await rooms(ada)).text, /You left lobby/);
  }),
);

test(
  'only a user who is logged in sees the list',
  withApp(async ({ visitor }) => {
    assert.is((await rooms(visitor())).status, 303);
    assert.match((await rooms(visitor())).location ?? '', /^\/login/);
    assert.is((await visitor().post('/rooms', { name: 'lobby' })).status, 303);
  }),
);

test(
  'the list finds rooms by a part of their name, and its pages keep to them',
  withApp(
    async ({ cast }) => {
      const [ada, grace] = [await cast('ada'), await cast('grace')];
      await grace.createRoom('Café');
      for (let number = 1; number <= 51; number += 1) await grace.createRoom(`cafe ${number}`);
      await grace.createRoom('lobby');
      await ada.createRoom('My cafeteria');
      const found = await ada.get('/rooms?q=CAFE');
      assert.is(valueOf(labelled(found, 'Find a room')), 'CAFE');
      const names = found.page.querySelectorAll('.rooms .name').map(words);
      assert.equal([names[0], names.length, names.includes('lobby')], ['My cafeteria', 51, false]);
      const next = found.page.querySelector('main a[rel="next"]')!.getAttribute('href')!;
      const second = await ada.get(next);
      assert.equal(second.page.querySelectorAll('.rooms .name').map(words).length, 3);
      const none = await ada.get('/rooms?q=%3Cnowhere%3E');
      assert.match(words(none.page.querySelector('main')), /There is no room with <nowhere> in its name/);
      for (const q of ['%00', '%F0%9F', '%ED%A0%80', '&q=x', 'x'.repeat(5000), '%25', '%5C'])
        assert.is((await ada.get(`/rooms?q=${q}`)).status, 200, q);
    },
    { rateLimits: false },
  ),
);

test.run();

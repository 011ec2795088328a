import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { deleteSlice } from '../../server/chat/room-deletion.ts';
import { Departure } from '../../server/chat/departure.ts';
import { Entry } from '../../server/chat/entry.ts';
import { Forbidden, Invalid, NotFound } from '../../server/chat/errors.ts';
import { Membership } from '../../server/chat/membership.ts';
import { checkedAccess, createRoom } from '../../server/chat/new-room.ts';
import { Presence } from '../../server/chat/presence.ts';
import { checkedRoomName, checkedTopic, lockRooms, Room } from '../../server/chat/room.ts';
import { NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('room');

const names = {
  taken: [
    ['one character', 'x', 'x'],
    ['64 characters', 'x'.repeat(64), 'x'.repeat(64)],
    ['64 emoji of two UTF-16 units each', '🐘'.repeat(64), '🐘'.repeat(64)],
    ['64 characters and space around them', `  ${'x'.repeat(64)}\r\n`, 'x'.repeat(64)],
    ['space inside', ' The  Lobby ', 'The  Lobby'],
    ['letters and combining marks of another script', 'हिन्दी', 'हिन्दी'],
    ['markup', '<b>&amp;', '<b>&amp;'],
    ['an emoji of several characters', '👩‍👩‍👧', '👩‍👩‍👧'],
  ],
  refused: [
    ['nothing', '', 'Enter a name for the room, of 1 to 64 characters.'],
    ['nothing but space', ' \u3000\u00a0\r\n', 'Enter a name for the room, of 1 to 64 characters.'],
    ['nothing visible', '\u200b\u200d', 'Enter a name for the room, of 1 to 64 characters.'],
    ['a lone combining mark', '\u0301', 'Enter a name for the room, of 1 to 64 characters.'],
    ['65 characters', 'x'.repeat(65), 'Choose a room name of at most 64 characters.'],
    [
      '65 characters, the last a combining mark',
      `${'x'.repeat(64)}\u0301`,
      'Choose a room name of at most 64 characters.',
    ],
    ['two lines', 'lobby\nstudy', 'Choose a room name of one line, without control characters.'],
    [
      'two lines as forms send them',
      'lobby\r\nstudy',
      'Choose a room name of one line, without control characters.',
    ],
    [
      'two lines by a line separator',
      'lobby\u2028study',
      'Choose a room name of one line, without control characters.',
    ],
    ['a NUL', 'lob\0by', 'Choose a room name of one line, without control characters.'],
    ['a lone surrogate', 'lobby\ud800', 'Choose a room name of one line, without control characters.'],
  ],
} as const;

const topics: [what: string, typed: string, topic: string | RegExp][] = [
  ['nothing', '', ''],
  ['spaces alone, which take it away', ' \u3000\u00a0 ', ''],
  ['spaces around it', '  tea\r\n', 'tea'],
  ['200 characters', '🐘'.repeat(200), '🐘'.repeat(200)],
  ['no 201 characters', 'x'.repeat(201), /at most 200 characters, and this one has 201/],
  ['no line break', 'tea\ncake', /of one line/],
  ['no line separator', 'tea\u2028cake', /of one line/],
  ['no NUL', 'te\0a', /of one line/],
  ['no lone surrogate', 'tea\ud800', /of one line/],
  ['no invisible text alone', '\u200b\u2060', /that can be seen/],
];

for (const [what, typed, topic] of topics) {
  test(`a topic may have ${what}`, async () => {
    if (typeof topic === 'string') assert.is(checkedTopic(typed), topic);
    else assert.match((await refusal(Invalid, () => checkedTopic(typed))).problems.topic!, topic);
  });
}

for (const [what, typed, name] of names.taken) {
  test(`a room name may have ${what}`, () => {
    assert.is(checkedRoomName(typed), name);
  });
}

for (const [what, typed, sentence] of names.refused) {
  test(`a room name may not have ${what}`, async () => {
    assert.equal((await refusal(Invalid, () => checkedRoomName(typed))).problems, { name: sentence });
  });
}

test('a room is open by default, and cannot be created as direct', async () => {
  assert.equal(['', 'open', 'invite'].map(checkedAccess), ['open', 'open', 'invite']);
  for (const access of ['direct', 'Open', 'x']) {
    assert.equal(Object.keys((await refusal(Invalid, () => checkedAccess(access))).problems), ['access']);
  }
});

test(
  'an invalid room reports every problem at once, and is not created',
  withHouse(async ({ as, em }) => {
    const refused = await refusal(
      Invalid,
      as('ada', (inner, ada) => createRoom(inner, ada, { name: '', access: 'x' }, NOW)),
    );
    assert.equal(Object.keys(refused.problems), ['name', 'access']);
    assert.is(await em().count(Room), 0);
  }),
);

test(
  'a new room has its creator as its one member and admin, and an empty log',
  withHouse(async ({ em, room }) => {
    const id = await room('ada', 'lobby', 'invite');
    const { name, access, creator, lastSeq, createdAt } = await em().findOneOrFail(
      Room,
      { id },
      { populate: ['creator'] },
    );
    assert.equal(
      { name, access, creator: creator.username, lastSeq, createdAt },
      { name: 'lobby', access: 'invite', creator: 'ada', lastSeq: 0, createdAt: NOW },
    );
    const members = await em().find(Membership, { room: id }, { populate: ['user'] });
    assert.equal(
      members.map(({ user, role }) => [user.username, role]),
      [['ada', 'admin']],
    );
  }),
);

test(
  'two rooms may have the same name',
  withHouse(async ({ room }) => {
    assert.is.not(await room('ada', 'lobby'), await room('grace', 'lobby'));
  }),
);

test(
  'deleting a room deletes its log, members and presence, and touches no other room',
  withHouse(async ({ as, em, room, enter, say, log }) => {
    const [lobby, study] = [await room('ada', 'lobby'), await room('grace', 'study')];
    await enter('ada', lobby);
    await say('ada', lobby, 'hello');
    await enter('linus', study);
    await as('ada', (inner, ada) => deleteRoom(inner, ada, lobby));
    await deleteSlice(em(), lobby);
    assert.equal(
      await Promise.all([Room, Entry, Membership, Presence].map((noun) => em().count(noun as typeof Room))),
      [1, 1, 2, 1],
    );
    assert.equal(await log(study), ['1 entered linus']);
  }),
);

test(
  'deleting a room records a departure for each user in it, and for nobody else',
  withHouse(async ({ as, em, room, enter }) => {
    const [lobby, study] = [await room('ada', 'lobby'), await room('ada', 'study')];
    await enter('grace', lobby);
    await enter('linus', lobby);
    await enter('linus', study, { leave: lobby }); // still a member, but not in it
    await as('ada', (inner, ada) => deleteRoom(inner, ada, lobby));
    const departures = await em().find(Departure, {}, { populate: ['user'] });
    assert.equal(
      departures.map(({ user, roomId, roomName, why, told }) => [user.username, roomId, roomName, why, told]),
      [['grace', lobby, 'lobby', 'deleted', false]],
    );
  }),
);

test(
  'no later room gets the id of a deleted one',
  withHouse(async ({ as, room }) => {
    const first = await room('ada', 'lobby');
    await as('ada', (inner, ada) => deleteRoom(inner, ada, first));
    assert.ok((await room('ada', 'lobby')) > first);
  }),
);

test(
  'only an admin can delete a room',
  withHouse(async ({ as, em, room, enter }) => {
    const lobby = await room('ada', 'lobby');
    const cellar = await room('ada', 'cellar', 'invite');
    await enter('grace', lobby);
    await refusal(
      Forbidden,
      as('grace', (inner, grace) => deleteRoom(inner, grace, lobby)),
    );
    await refusal(
      Forbidden,
      as('linus', (inner, linus) => deleteRoom(inner, linus, lobby)),
    );
    await refusal(
      NotFound,
      as('linus', (inner, linus) => deleteRoom(inner, linus, cellar)),
    );
    assert.is(await em().count(Room), 2);
  }),
);

test(
  'when two requests delete a room at once, one deletes it',
  withHouse(async ({ as, em, room }) => {
    const lobby = await room('ada', 'lobby');
    const reasons = await thrownBy(
      [1, 2].map(() => as('ada', (inner, ada) => deleteRoom(inner, ada, lobby))),
    );
    assert.is(reasons.length, 1);
    assert.instance(reasons[0], NotFound);
    await deleteSlice(em(), lobby);
    assert.is(await em().count(Room), 0);
  }),
);

test(
  'locking a room changes nothing in it, and skips a room that does not exist',
  withHouse(async ({ em, as, room, enter }) => {
    const lobby = await room('ada', 'lobby');
    await enter('ada', lobby);
    const before = await em().execute('select * from room');
    await as('ada', (inner) => lockRooms(inner, 999, lobby, lobby));
    assert.equal(await em().execute('select * from room'), before);
  }),
);

test.run();

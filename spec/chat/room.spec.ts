import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Departure } from '../../server/chat/departure.ts';
import { Entry } from '../../server/chat/entry.ts';
import { Forbidden, Invalid, Missing } from '../../server/chat/errors.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Presence } from '../../server/chat/presence.ts';
import {
  checkedAccess,
  checkedRoomName,
  createRoom,
  deleteRoom,
  lockRooms,
  Room,
} from '../../server/chat/room.ts';
import { NOW, refusal, thrownBy, withHouse } from '../support/nouns.ts';

const test = suite('a room');

const names = {
  taken: [
    ['one character', 'x', 'x'],
    ['64 characters', 'x'.repeat(64), 'x'.repeat(64)],
    ['64 characters beyond the first plane', '🐘'.repeat(64), '🐘'.repeat(64)],
    ['64 characters with space around them', `  ${'x'.repeat(64)}\r\n`, 'x'.repeat(64)],
    ['space inside', ' The  Lobby ', 'The  Lobby'],
    ['another script with its marks', 'हिन्दी', 'हिन्दी'],
    ['markup', '<b>&amp;', '<b>&amp;'],
    ['an emoji of several characters', '👩‍👩‍👧', '👩‍👩‍👧'],
  ],
  refused: [
    ['nothing', '', 'Enter a name for the room, of 1 to 64 characters.'],
    ['space alone', ' \u3000\u00a0\r\n', 'Enter a name for the room, of 1 to 64 characters.'],
    ['what nobody sees', '\u200b\u200d', 'Enter a name for the room, of 1 to 64 characters.'],
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

for (const [what, typed, name] of names.taken) {
  test(`may be called by ${what}`, () => {
    assert.is(checkedRoomName(typed), name);
  });
}

for (const [what, typed, sentence] of names.refused) {
  test(`may not be called by ${what}`, async () => {
    assert.equal((await refusal(Invalid, () => checkedRoomName(typed))).problems, { name: sentence });
  });
}

test('is open where nothing is chosen, and never made direct', async () => {
  assert.equal(['', 'open', 'invite'].map(checkedAccess), ['open', 'open', 'invite']);
  for (const access of ['direct', 'Open', 'x']) {
    assert.equal(Object.keys((await refusal(Invalid, () => checkedAccess(access))).problems), ['access']);
  }
});

test(
  'is told every problem at once, and not made',
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
  'has whoever creates it as its one member and first admin, and an empty log',
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
  'may have the name of another',
  withHouse(async ({ room }) => {
    assert.is.not(await room('ada', 'lobby'), await room('grace', 'lobby'));
  }),
);

test(
  'takes its log, members and presence with it, and touches no other',
  withHouse(async ({ as, em, room, enter, say, log }) => {
    const [lobby, study] = [await room('ada', 'lobby'), await room('grace', 'study')];
    await enter('ada', lobby);
    await say('ada', lobby, 'hello');
    await enter('linus', study);
    await as('ada', (inner, ada) => deleteRoom(inner, ada, lobby));
    assert.equal(
      await Promise.all([Room, Entry, Membership, Presence].map((noun) => em().count(noun as typeof Room))),
      [1, 1, 2, 1],
    );
    assert.equal(await log(study), ['1 entered linus']);
  }),
);

test(
  'tells whoever was in it that it was deleted, and nobody else',
  withHouse(async ({ as, em, room, enter }) => {
    const [lobby, study] = [await room('ada', 'lobby'), await room('ada', 'study')];
    await enter('grace', lobby);
    await enter('linus', lobby);
    await enter('linus', study, { leave: lobby }); // a member still, but not in it
    await as('ada', (inner, ada) => deleteRoom(inner, ada, lobby));
    const departures = await em().find(Departure, {}, { populate: ['user'] });
    assert.equal(
      departures.map(({ user, roomId, roomName, why, told }) => [user.username, roomId, roomName, why, told]),
      [['grace', lobby, 'lobby', 'deleted', false]],
    );
  }),
);

test(
  'has an id that no later room is given',
  withHouse(async ({ as, room }) => {
    const first = await room('ada', 'lobby');
    await as('ada', (inner, ada) => deleteRoom(inner, ada, first));
    assert.ok((await room('ada', 'lobby')) > first);
  }),
);

test(
  'is deleted by its admins alone',
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
      Missing,
      as('linus', (inner, linus) => deleteRoom(inner, linus, cellar)),
    );
    assert.is(await em().count(Room), 2);
  }),
);

test(
  'is deleted once by two who delete it at once',
  withHouse(async ({ as, em, room }) => {
    const lobby = await room('ada', 'lobby');
    const reasons = await thrownBy(
      [1, 2].map(() => as('ada', (inner, ada) => deleteRoom(inner, ada, lobby))),
    );
    assert.is(reasons.length, 1);
    assert.instance(reasons[0], Missing);
    assert.is(await em().count(Room), 0);
  }),
);

test(
  'stays as it is under its lock, which a room that is gone needs none of',
  withHouse(async ({ em, as, room, enter }) => {
    const lobby = await room('ada', 'lobby');
    await enter('ada', lobby);
    const before = await em().execute('select * from room');
    await as('ada', (inner) => lockRooms(inner, 999, lobby, lobby));
    assert.equal(await em().execute('select * from room'), before);
  }),
);

test(
  'locks in the order of ids, whatever order is asked',
  withHouse(async ({ as, room }) => {
    const [lobby, study] = [await room('ada', 'lobby'), await room('ada', 'study')];
    const locked: unknown[] = [];
    await as('ada', async (inner) => {
      const update = inner.nativeUpdate.bind(inner);
      inner.nativeUpdate = ((name, where, data, options) => {
        locked.push((where as { id: number }).id);
        return update(name, where, data, options);
      }) as typeof inner.nativeUpdate;
      await lockRooms(inner, study, lobby, study);
    });
    assert.equal(locked, [lobby, study]);
  }),
);

test.run();

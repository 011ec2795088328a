import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { postMessage } from '../../server/chat/post.ts';
import { leave } from '../../server/chat/presence.ts';
import { type ListedRoom, roomList } from '../../server/chat/room-list.ts';
import { User } from '../../server/chat/user.ts';
import { ReadMarkers } from '../../server/live/read-markers.ts';
import { type House, later, NOW, withHouse } from '../support/domain.ts';

const test = suite('room list');

const shown = (listed: ListedRoom[]) =>
  listed.map(({ room, isAdmin, present }) => `${room.name} ${present}${isAdmin ? ' admin' : ''}`);

async function listOf({ roomsOf }: House, username: string) {
  const { own, open } = await roomsOf(username);
  return { own: shown(own), open: shown(open) };
}

test(
  'the room list is empty without rooms',
  withHouse(async (house) => {
    assert.equal(await listOf(house, 'ada'), { own: [], open: [] });
  }),
);

test(
  "the room list has the user's own rooms and the open ones, and no other invite rooms",
  withHouse(async (house) => {
    await house.room('grace', 'lobby');
    await house.room('grace', 'study');
    const cellar = await house.room('grace', 'cellar', 'invite');
    await house.room('grace', 'attic', 'invite');
    await house.room('ada', 'hall');
    await house.join('ada', cellar);
    assert.equal(await listOf(house, 'ada'), {
      own: ['cellar 0', 'hall 0 admin'],
      open: ['lobby 0', 'study 0'],
    });
    assert.equal(await listOf(house, 'linus'), { own: [], open: ['hall 0', 'lobby 0', 'study 0'] });
  }),
);

test(
  "a room that was entered stays among the user's own, and each room shows how many are in it",
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('linus', 'lobby'), await house.room('linus', 'study')];
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    await house.enter('ada', study, { leave: lobby });
    assert.equal(await listOf(house, 'ada'), { own: ['lobby 1', 'study 1'], open: [] });
    assert.equal(await listOf(house, 'linus'), { own: ['lobby 1 admin', 'study 1 admin'], open: [] });
  }),
);

/** The number of unread messages in each of a user's own rooms. */
async function unreadOf({ roomsOf }: House, username: string) {
  const { own } = await roomsOf(username);
  return Object.fromEntries(own.map(({ room, unread }) => [room.name, unread]));
}

test(
  "the room list counts unread messages of all authors in the user's rooms, and no notices",
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.enter('grace', lobby);
    await house.say('grace', lobby, 'hello');
    await house.enter('linus', study);
    await house.enter('ada', lobby);
    await house.say('ada', lobby, 'good morning');
    await house.changeRole('ada', lobby, 'grace', 'admin');
    assert.equal(await unreadOf(house, 'ada'), { lobby: 2, study: 0 });
    assert.equal(await unreadOf(house, 'grace'), { lobby: 2 });
  }),
);

test(
  'messages from before a user joined, or already shown to them, are not unread',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    for (const body of ['one', 'two', 'three']) await house.say('ada', lobby, body); // entries 2 to 4
    await house.enter('grace', lobby);
    assert.equal(
      [await unreadOf(house, 'ada'), await unreadOf(house, 'grace')],
      [{ lobby: 3 }, { lobby: 0 }],
    );

    const reads = new ReadMarkers(house.em);
    const { id: ada } = await house.em().findOneOrFail(User, { username: 'ada' });
    for (const [seq, left] of [
      [1, 3],
      [2, 2],
      [4, 0],
    ] as const) {
      reads.record(ada, lobby, seq);
      await reads.flush();
      assert.equal(await unreadOf(house, 'ada'), { lobby: left });
    }
    await house.say('ada', lobby, 'four');
    assert.equal(
      [await unreadOf(house, 'ada'), await unreadOf(house, 'grace')],
      [{ lobby: 1 }, { lobby: 1 }],
    );
  }),
);

test(
  'nothing is unread for a user who is no member, and a new membership starts the count again',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await house.say('ada', lobby, 'hello');
    const { open } = await house.roomsOf('grace');
    assert.equal(
      open.map(({ unread }) => unread),
      [0],
    );
    await house.add('ada', lobby, 'grace');
    await house.say('ada', lobby, 'welcome');
    assert.equal(await unreadOf(house, 'grace'), { lobby: 1 });
    await house.remove('ada', lobby, 'grace');
    await house.add('ada', lobby, 'grace');
    assert.equal(await unreadOf(house, 'grace'), { lobby: 0 });
  }),
);

test(
  'the room list sorts rooms by name as people do, and rooms of the same name by age',
  withHouse(async (house) => {
    const ids = [];
    for (const name of ['Zoo', 'émigrés', 'lobby', "Ada's", 'lobby', 'fish'])
      ids.push(await house.room('grace', name));
    const { open } = await house.roomsOf('ada');
    assert.equal(
      open.map(({ room }) => room.name),
      ["Ada's", 'émigrés', 'fish', 'lobby', 'lobby', 'Zoo'],
    );
    assert.equal(
      open.filter(({ room }) => room.name === 'lobby').map(({ room }) => room.id),
      [ids[2], ids[4]],
    );
  }),
);

/** The names of a user's own rooms, as their list has them in order. */
async function ownNames(house: House, username: string, unsaved: { room: number; seq: number }[] = []) {
  const pages = { own: 1, direct: 1, open: 1 };
  const { own } = await roomList(await house.reader(), await house.id(username), pages, { unsaved });
  return own.rows.map(({ room }) => room.name);
}

test(
  "a user's own rooms are sorted by their latest message, those with unread messages first",
  withHouse(async (house) => {
    const rooms: Record<string, number> = {};
    for (const [index, name] of ['attic', 'hall', 'lobby', 'study'].entries()) {
      rooms[name] = await house.room('ada', name);
      await house.join('grace', rooms[name]);
      await house.enter('ada', rooms[name], index > 0 ? { leave: rooms.attic! } : {});
      await house.as('ada', (em, ada) => leave(em, ada, rooms[name]!, NOW));
    }
    const say = async (name: string, ms: number) => {
      await house.enter('ada', rooms[name]!);
      await house.as('ada', (em, ada) =>
        postMessage(em, ada, rooms[name]!, { body: 'hello', key: crypto.randomUUID() }, later(ms)),
      );
      await house.as('ada', (em, ada) => leave(em, ada, rooms[name]!, later(ms)));
    };
    for (const [index, name] of ['study', 'attic', 'hall'].entries()) await say(name, index + 1);
    assert.equal(await ownNames(house, 'grace'), ['hall', 'attic', 'study', 'lobby']);
    const seen = { room: rooms.hall!, seq: 5 };
    assert.equal(await ownNames(house, 'grace', [seen]), ['attic', 'study', 'hall', 'lobby']);
    const reads = new ReadMarkers(house.em);
    for (const name of ['hall', 'attic', 'study']) reads.record(await house.id('grace'), rooms[name]!, 5);
    await reads.flush();
    assert.equal(await ownNames(house, 'grace'), ['hall', 'attic', 'study', 'lobby']);
  }),
);

test(
  'rooms are found by a part of their name, without case and accents, and every sign is literal',
  withHouse(async (house) => {
    for (const name of ['Café Zürich', 'cafeteria', '100 % pure', 'a_b', 'lobby'])
      await house.room('ada', name);
    const found = async (q: string, username = 'grace') => {
      const lists = await roomList(
        await house.reader(),
        await house.id(username),
        { own: 1, direct: 1, open: 1 },
        { q },
      );
      return [...lists.own.rows, ...lists.open.rows].map(({ room }) => room.name);
    };
    for (const username of ['ada', 'grace']) {
      assert.equal((await found('CAFE', username)).toSorted(), ['Café Zürich', 'cafeteria']);
      assert.equal(await found('zurich', username), ['Café Zürich']);
      assert.equal(await found('%', username), ['100 % pure']);
      assert.equal(await found('_', username), ['a_b']);
      assert.equal(await found('nowhere', username), []);
      assert.equal(await found('\\', username), []);
    }
  }),
);

test.run();

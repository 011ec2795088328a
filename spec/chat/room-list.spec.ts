import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { roomList, type Listed } from '../../server/chat/room-list.ts';
import { User } from '../../server/chat/user.ts';
import { Reads } from '../../server/live/reads.ts';
import { withHouse, type House } from '../support/nouns.ts';

const test = suite('the list of rooms');

const shown = (listed: Listed[]) =>
  listed.map(({ room, isAdmin, present }) => `${room.name} ${present}${isAdmin ? ' admin' : ''}`);

async function listOf({ as }: House, username: string) {
  const { own, open } = await as(username, (em, user) => roomList(em, user));
  return { own: shown(own), open: shown(open) };
}

test(
  'is empty where there are none',
  withHouse(async (house) => {
    assert.equal(await listOf(house, 'ada'), { own: [], open: [] });
  }),
);

test(
  "has one's own rooms and the open ones, and of invite rooms those that one belongs to",
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
  "keeps a room that was entered among one's own, and counts who is in each",
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('linus', 'lobby'), await house.room('linus', 'study')];
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    await house.enter('ada', study, { leave: lobby });
    assert.equal(await listOf(house, 'ada'), { own: ['lobby 1', 'study 1'], open: [] });
    assert.equal(await listOf(house, 'linus'), { own: ['lobby 1 admin', 'study 1 admin'], open: [] });
  }),
);

/** How many messages of each of one's own rooms one has not been shown. */
async function unreadOf({ as }: House, username: string) {
  const { own } = await as(username, (em, user) => roomList(em, user));
  return Object.fromEntries(own.map(({ room, unread }) => [room.name, unread]));
}

test(
  "counts in each of one's rooms the messages that one was not shown, whoever wrote them, and no notices",
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
  'has nothing unread in what was said before one came, and in what one was shown',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    for (const body of ['one', 'two', 'three']) await house.say('ada', lobby, body); // entries 2 to 4
    await house.enter('grace', lobby);
    assert.equal(
      [await unreadOf(house, 'ada'), await unreadOf(house, 'grace')],
      [{ lobby: 3 }, { lobby: 0 }],
    );

    const reads = new Reads(house.em);
    const { id: ada } = await house.em().findOneOrFail(User, { username: 'ada' });
    for (const [seq, left] of [
      [1, 3],
      [2, 2],
      [4, 0],
    ] as const) {
      reads.shown(ada, lobby, seq);
      await reads.writeDown();
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
  'counts nothing in an open room that one does not belong to, and forgets what was read with the membership',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await house.say('ada', lobby, 'hello');
    const { open } = await house.as('grace', (em, grace) => roomList(em, grace));
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
  'is in the order of names as people sort them, and of age where names are the same',
  withHouse(async (house) => {
    const ids = [];
    for (const name of ['Zoo', 'émigrés', 'lobby', "Ada's", 'lobby', 'fish'])
      ids.push(await house.room('grace', name));
    const { open } = await house.as('ada', (em, ada) => roomList(em, ada));
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

test.run();

import { Worker } from 'node:worker_threads';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { deleteRoom, Room } from '../../server/chat/room.ts';
import { directName, openDirect, partnerIn, renameDirects } from '../../server/chat/direct.ts';
import { Forbidden, Invalid, Missing } from '../../server/chat/errors.ts';
import { renameRoom } from '../../server/chat/administration.ts';
import { Friendship } from '../../server/chat/friendship.ts';
import { Membership } from '../../server/chat/membership.ts';
import { presenceOf } from '../../server/chat/presence.ts';
import { quit } from '../../server/chat/quit.ts';
import { roomList } from '../../server/chat/room-list.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, houseOf, NOW, refusal, withFile, withHouse, type House } from '../support/nouns.ts';

const test = suite('a conversation of two');

const open = ({ to }: House, username: string, other: string) =>
  to(username, other, async (em, user, person) => (await openDirect(em, user, person, NOW)).id);
const hide = ({ as }: House, username: string, room: number) =>
  as(username, (em, user) => quit(em, user, room, NOW));

/** What ada and grace have in their lists of conversations: `ada and grace 1` with one message unread. */
const lists = ({ as }: House) =>
  Promise.all(
    ['ada', 'grace'].map((username) =>
      as(username, async (em, user) =>
        (await roomList(em, user)).direct.map(({ room, unread }) => `${room.name} ${unread}`),
      ),
    ),
  );

test(
  'is a room of the two as members, without an admin, named after both',
  withHouse(async (house) => {
    const room = await open(house, 'grace', 'ada');
    const { name, access } = await house.em().findOneOrFail(Room, room);
    assert.equal([name, access], ['ada and grace', 'direct']);
    assert.equal([await house.members(room), await house.log(room)], [['ada member', 'grace member'], []]);
  }),
);

test(
  'is made once, whoever opens it, and is another for another two',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    assert.equal([await open(house, 'grace', 'ada'), await open(house, 'ada', 'grace')], [room, room]);
    const others = [await open(house, 'linus', 'ada'), await open(house, 'grace', 'linus')];
    assert.is(new Set([room, ...others]).size, 3);
  }),
);

test(
  'is made once by the two at the same moment',
  withHouse(async (house) => {
    const rooms = await Promise.all(
      [
        ['ada', 'grace'],
        ['grace', 'ada'],
        ['ada', 'grace'],
        ['grace', 'ada'],
      ].map(([one, other]) => open(house, one!, other!)),
    );
    assert.is(new Set(rooms).size, 1);
    assert.equal(
      [await house.em().count(Room), await house.members(rooms[0]!)],
      [1, ['ada member', 'grace member']],
    );
  }),
);

test(
  'is not with oneself',
  withHouse(async (house) => {
    assert.match((await refusal(Invalid, open(house, 'ada', 'ada'))).message, /^This is you\./);
    assert.is(await house.em().count(Room), 0);
  }),
);

test(
  'knows the other of the two',
  withHouse(async (house) => {
    const id = await open(house, 'ada', 'grace');
    const partner = (username: string) =>
      house.as(
        username,
        async (em, user) => (await partnerIn(em, await em.findOneOrFail(Room, id), user)).username,
      );
    assert.equal([await partner('ada'), await partner('grace')], ['grace', 'ada']);
  }),
);

test(
  'is hidden from the other until something is said, and waits with what was said',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    assert.equal(await lists(house), [['ada and grace 0'], []]);
    await house.enter('ada', room);
    assert.equal(await lists(house), [['ada and grace 0'], []], 'that ada is there is nothing said');
    for (const body of ['hello', 'are you there?']) await house.say('ada', room, body);
    assert.equal((await lists(house))[1], ['ada and grace 2']);
  }),
);

test(
  'opened by the other as well is in both lists',
  withHouse(async (house) => {
    await open(house, 'ada', 'grace');
    await open(house, 'grace', 'ada');
    assert.equal(await lists(house), [['ada and grace 0'], ['ada and grace 0']]);
  }),
);

test(
  'is hidden by one for that one, who leaves it, until the next message of either',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    await house.enter('ada', room);
    await house.say('ada', room, 'hello');
    await hide(house, 'ada', room);
    assert.equal(await lists(house), [[], ['ada and grace 1']]);
    assert.equal(
      [await house.as('ada', presenceOf), await house.members(room)],
      [null, ['ada member', 'grace member']],
    );
    assert.equal(
      await house.log(room),
      ['1 entered ada', '2 ada: hello', '3 left ada'],
      'the other is not told that it is hidden',
    );
    await house.enter('grace', room);
    assert.equal((await lists(house))[0], []);
    await house.say('grace', room, 'good morning');
    assert.equal(
      (await lists(house)).map(({ length }) => length),
      [1, 1],
    );
  }),
);

test(
  'hidden by both is shown to both by a message, and to one by opening it',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    await house.enter('ada', room);
    await house.say('ada', room, 'hello');
    for (const username of ['ada', 'grace']) await hide(house, username, room);
    assert.equal(await lists(house), [[], []]);
    assert.is(await open(house, 'ada', 'grace'), room);
    assert.equal(
      (await lists(house)).map(({ length }) => length),
      [1, 0],
    );
    await house.enter('ada', room);
    await house.say('ada', room, 'hello again');
    assert.equal(
      (await lists(house)).map(({ length }) => length),
      [1, 1],
    );
  }),
);

test(
  'hidden by one stays hidden where a message is refused or sent once more',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    await house.enter('ada', room);
    await house.say('ada', room, 'hello', 'a-key-of-ada');
    await hide(house, 'grace', room);
    assert.is((await house.say('ada', room, 'hello', 'a-key-of-ada')).repeated, true);
    await refusal(Invalid, house.say('ada', room, ' '));
    assert.equal((await lists(house))[1], []);
  }),
);

const acts: [string, (house: House, username: string, room: number) => Promise<unknown>][] = [
  [
    'rename it',
    ({ as }, username, room) => as(username, (em, user) => renameRoom(em, user, room, 'ours', NOW)),
  ],
  ['add anybody', ({ add }, username, room) => add(username, room, 'linus')],
  [
    'remove the other',
    ({ remove }, username, room) => remove(username, room, username === 'ada' ? 'grace' : 'ada'),
  ],
  [
    'give the other a role',
    ({ changeRole }, username, room) =>
      changeRole(username, room, username === 'ada' ? 'grace' : 'ada', 'admin'),
  ],
  [
    'give themselves a role',
    ({ changeRole }, username, room) => changeRole(username, room, username, 'admin'),
  ],
  ['delete it', ({ as }, username, room) => as(username, (em, user) => deleteRoom(em, user, room))],
];
for (const [what, act] of acts) {
  test(
    `lets neither of the two ${what}, and tells others that there is none`,
    withHouse(async (house) => {
      const room = await open(house, 'ada', 'grace');
      for (const username of ['ada', 'grace']) await refusal(Forbidden, act(house, username, room));
      await refusal(Missing, act(house, 'linus', room));
      assert.equal([await house.members(room), await house.log(room)], [['ada member', 'grace member'], []]);
      assert.is((await house.em().findOneOrFail(Room, room)).name, 'ada and grace');
    }),
  );
}

test(
  'is entered, written in and hidden by nobody else',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    for (const act of [
      () => house.enter('linus', room),
      () => house.say('linus', room, 'hello'),
      () => hide(house, 'linus', room),
    ]) {
      await refusal(Missing, act);
    }
    assert.equal(
      await house.as('linus', async (em, linus) => Object.values(await roomList(em, linus)).flat()),
      [],
    );
  }),
);

test('has one name, whoever of the two it is made of comes first', () => {
  assert.equal(
    [directName('grace', 'ada'), directName('ada', 'grace'), directName('Zoe', 'ada')],
    ['ada and grace', 'ada and grace', 'ada and Zoe'],
  );
});

test(
  'is named anew with one of the two, and no other room is',
  withHouse(async (house) => {
    const rooms = [
      await open(house, 'ada', 'grace'),
      await open(house, 'grace', 'linus'),
      await open(house, 'ada', 'linus'),
      await house.room('grace', 'lobby'),
    ];
    await house.as('grace', async (em, grace) => {
      grace.username = 'zoe';
      await renameDirects(em, grace);
    });
    const named = new Map((await house.em().find(Room, {})).map(({ id, name }) => [id, name]));
    assert.equal(
      rooms.map((id) => named.get(id)),
      ['ada and zoe', 'linus and zoe', 'ada and linus', 'lobby'],
    );
  }),
);

/** What the worker below is given. */
interface Rival {
  file: string;
  modules: Record<'database' | 'nouns' | 'direct' | 'friendship', string>;
  username: string;
  others: string[];
  /** How many have come to each of the others: each begins when both have. */
  gate: Int32Array;
}

/** Another process, as far as the database can tell: opens conversations, and asks to be friends. Tells the rooms. */
const RIVAL = `
  const { parentPort, workerData: { file, modules, username, others, gate } } = require('node:worker_threads');
  (async () => {
    const { openDatabase } = await import(modules.database);
    const { houseOf, NOW } = await import(modules.nouns);
    const { openDirect } = await import(modules.direct);
    const { befriend } = await import(modules.friendship);
    const orm = await openDatabase(file);
    const { to } = houseOf(orm);
    const rooms = [];
    for (const [index, pair] of others.entries()) {
      const [user, other] = username === 'ada' ? ['ada', pair] : [pair, 'ada'];
      Atomics.add(gate, index, 1);
      while (Atomics.load(gate, index) < 2) Atomics.wait(gate, index, 1, 1);
      rooms.push(await to(user, other, async (em, me, them) => (await openDirect(em, me, them, NOW)).id));
      await to(user, other, (em, me, them) => befriend(em, me, them, NOW));
    }
    await orm.close();
    parentPort.postMessage(rooms);
  })();`;

/** Runs both workers to their end, or ends them where one fails, and returns what they tell. */
async function roomsOf(rivals: Rival[]): Promise<number[][]> {
  const workers = rivals.map((rival) => new Worker(RIVAL, { eval: true, workerData: rival }));
  try {
    return await Promise.all(
      workers.map(
        (worker) =>
          new Promise<number[]>((resolve, reject) => {
            worker
              .once('message', resolve)
              .once('error', reject)
              .once('exit', () => reject(new Error('The worker told nothing.')));
          }),
      ),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

test(
  'is one where two processes open it for the two at once, who are friends once both have asked',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      const others = Array.from({ length: 20 }, (_, number) => `friend${number}`);
      for (const username of ['ada', ...others]) await enrol(orm, username);
      const resolve = (path: string) => import.meta.resolve(path);
      const modules = {
        database: resolve('../../server/database/open.ts'),
        nouns: resolve('../support/nouns.ts'),
        direct: resolve('../../server/chat/direct.ts'),
        friendship: resolve('../../server/chat/friendship.ts'),
      };
      const shared = {
        file,
        modules,
        others,
        gate: new Int32Array(new SharedArrayBuffer(4 * others.length)),
      };
      const [byAda, byOthers] = await roomsOf(
        ['ada', 'the others'].map((username) => ({ ...shared, username })),
      );
      assert.equal(byAda, byOthers);
      const em = houseOf(orm).em();
      assert.equal([await em.count(Room), await em.count(Membership), await em.count(User)], [20, 40, 21]);
      assert.equal([await em.count(Friendship), await em.count(Friendship, { acceptedAt: null })], [20, 0]);
    } finally {
      await orm.close();
    }
  }),
);

test.run();

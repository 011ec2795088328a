import { Worker } from 'node:worker_threads';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom, renameRoom } from '../../server/chat/administration.ts';
import { directName, directRefusal, openDirect, partnerIn, renameDirects } from '../../server/chat/direct.ts';
import { Forbidden, Invalid, NotFound } from '../../server/chat/errors.ts';
import { Friendship } from '../../server/chat/friendship.ts';
import { Membership } from '../../server/chat/membership.ts';
import { presenceOf } from '../../server/chat/presence.ts';
import { giveUp } from '../../server/chat/quit.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, type House, houseOf, NOW, refusal, withFile, withHouse } from '../support/domain.ts';

const test = suite('direct room');

const open = ({ to }: House, username: string, other: string) =>
  to(username, other, async (em, user, person) => (await openDirect(em, user, person, NOW)).id);
const hide = ({ as }: House, username: string, room: number) =>
  as(username, (em, user) => giveUp(em, user, room, NOW));

/** The lists of conversations of ada and of grace, as `grace 1` for one unread message. */
const lists = ({ roomsOf }: House) =>
  Promise.all(
    ['ada', 'grace'].map(async (username) =>
      (await roomsOf(username)).direct.map(({ room, unread }) => `${room.name} ${unread}`),
    ),
  );

test(
  'a direct room has two members and no admin, and is named after both',
  withHouse(async (house) => {
    const room = await open(house, 'grace', 'ada');
    const { name, access } = await house.em().findOneOrFail(Room, room);
    assert.equal([name, access], ['ada and grace', 'direct']);
    assert.equal([await house.members(room), await house.log(room)], [['ada member', 'grace member'], []]);
  }),
);

test(
  'a user who has deleted their account cannot be written to',
  withHouse(async (house) => {
    await open(house, 'ada', 'grace');
    await house.em().nativeUpdate(User, { username: 'grace' }, { deletedAt: NOW });
    const ada = await house.em().findOneOrFail(User, { username: 'ada' });
    const grace = await house.em().findOneOrFail(User, { username: 'grace' });
    const refused = await directRefusal(house.em(), ada, grace);
    assert.is(
      refused?.message,
      'This person has deleted their account, so you cannot write to them. You can still read the conversation.',
    );
  }),
);

test(
  'two users have one direct room, no matter who opens it, and another two users have another',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    assert.equal([await open(house, 'grace', 'ada'), await open(house, 'ada', 'grace')], [room, room]);
    const others = [await open(house, 'linus', 'ada'), await open(house, 'grace', 'linus')];
    assert.is(new Set([room, ...others]).size, 3);
  }),
);

test(
  'when two users open their direct room at the same time, they get the same room',
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
  'a user cannot open a direct room with themselves',
  withHouse(async (house) => {
    assert.match(
      (await refusal(Invalid, open(house, 'ada', 'ada'))).message,
      /^You cannot write to yourself\./,
    );
    assert.is(await house.em().count(Room), 0);
  }),
);

test(
  'each member of a direct room has the other as partner',
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
  'the other user sees a new direct room with the first message, which is unread',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    assert.equal(await lists(house), [['grace 0'], []]);
    await house.enter('ada', room);
    assert.equal(await lists(house), [['grace 0'], []], 'entering is no message');
    for (const body of ['hello', 'are you there?']) await house.say('ada', room, body);
    assert.equal((await lists(house))[1], ['ada 2']);
  }),
);

test(
  'a direct room is in both lists once both users have opened it',
  withHouse(async (house) => {
    await open(house, 'ada', 'grace');
    await open(house, 'grace', 'ada');
    assert.equal(await lists(house), [['grace 0'], ['ada 0']]);
  }),
);

test(
  'hiding a direct room leaves it, and hides it from that user alone until the next message of either',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    await house.enter('ada', room);
    await house.say('ada', room, 'hello');
    await hide(house, 'ada', room);
    assert.equal(await lists(house), [[], ['ada 1']]);
    assert.equal(
      [await house.as('ada', presenceOf), await house.members(room)],
      [null, ['ada member', 'grace member']],
    );
    assert.equal(
      await house.log(room),
      ['1 ada: hello'],
      'no notice tells who comes, goes, or hides the room',
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
  'a direct room that both have hidden returns to both lists with a message, and to one list when its user opens it',
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
  'a hidden direct room stays hidden when a message is refused or sent again',
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
    'rename their direct room',
    ({ as }, username, room) => as(username, (em, user) => renameRoom(em, user, room, 'ours', NOW)),
  ],
  ['add a third user', ({ add }, username, room) => add(username, room, 'linus')],
  [
    'remove the other member',
    ({ remove }, username, room) => remove(username, room, username === 'ada' ? 'grace' : 'ada'),
  ],
  [
    'give the other member a role',
    ({ changeRole }, username, room) =>
      changeRole(username, room, username === 'ada' ? 'grace' : 'ada', 'admin'),
  ],
  [
    'give themselves a role',
    ({ changeRole }, username, room) => changeRole(username, room, username, 'admin'),
  ],
  [
    'delete their direct room',
    ({ as }, username, room) => as(username, (em, user) => deleteRoom(em, user, room)),
  ],
];
for (const [what, act] of acts) {
  test(
    `neither of the two can ${what}, and for other users the room does not exist`,
    withHouse(async (house) => {
      const room = await open(house, 'ada', 'grace');
      for (const username of ['ada', 'grace']) await refusal(Forbidden, act(house, username, room));
      await refusal(NotFound, act(house, 'linus', room));
      assert.equal([await house.members(room), await house.log(room)], [['ada member', 'grace member'], []]);
      assert.is((await house.em().findOneOrFail(Room, room)).name, 'ada and grace');
    }),
  );
}

test(
  'a third user can neither enter, write in nor hide a direct room',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    for (const act of [
      () => house.enter('linus', room),
      () => house.say('linus', room, 'hello'),
      () => hide(house, 'linus', room),
    ]) {
      await refusal(NotFound, act);
    }
    assert.equal(Object.values(await house.roomsOf('linus')).flat(), []);
  }),
);

test('the name of a direct room does not depend on the order of its users', () => {
  assert.equal(
    [directName('grace', 'ada'), directName('ada', 'grace'), directName('Zoe', 'ada')],
    ['ada and grace', 'ada and grace', 'ada and Zoe'],
  );
});

test(
  'a change of username renames the direct rooms of that user, and no other room',
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

/** The data of the worker below. */
interface Rival {
  file: string;
  modules: Record<'database' | 'nouns' | 'direct' | 'people', string>;
  username: string;
  others: string[];
  /** How many workers have reached each pair: a worker goes on when both have. */
  gate: Int32Array;
}

/** Acts as another process: opens direct rooms, sends friend requests, and posts the ids of the rooms. */
const RIVAL = `
  const { parentPort, workerData: { file, modules, username, others, gate } } = require('node:worker_threads');
  (async () => {
    const { openDatabase } = await import(modules.database);
    const { houseOf, NOW } = await import(modules.nouns);
    const { openDirect } = await import(modules.direct);
    const { befriend } = await import(modules.people);
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

/** Runs both workers and returns their room ids; terminates both when one fails. */
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
  'two processes that open the same direct room at once get one room, and two requests at once make a friendship',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      const others = Array.from({ length: 20 }, (_, number) => `friend${number}`);
      for (const username of ['ada', ...others]) await enrol(orm, username);
      const resolve = (path: string) => import.meta.resolve(path);
      const modules = {
        database: resolve('../../server/database/open.ts'),
        nouns: resolve('../support/domain.ts'),
        direct: resolve('../../server/chat/direct.ts'),
        people: resolve('../../server/chat/people.ts'),
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

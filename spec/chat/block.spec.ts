import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Block, blockUser, hasBlocked, unblockUser, usersBlockedBy } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { Forbidden, Invalid } from '../../server/chat/errors.ts';
import { Friendship } from '../../server/chat/friendship.ts';
import { befriend } from '../../server/chat/people.ts';
import { leave } from '../../server/chat/presence.ts';
import { type House, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('block');

const ask = ({ to }: House, asker: string, asked: string) =>
  to(asker, asked, (em, user, person) => befriend(em, user, person, NOW));
const open = ({ to }: House, username: string, other: string) =>
  to(username, other, async (em, user, person) => (await openDirect(em, user, person, NOW)).id);

test(
  'a block has a direction: the blocked user has not blocked the other',
  withHouse(async ({ to }) => {
    await to('ada', 'grace', blockUser);
    const pairs = [
      ['ada', 'grace'],
      ['grace', 'ada'],
      ['ada', 'linus'],
      ['linus', 'grace'],
    ] as const;
    assert.equal(await Promise.all(pairs.map(([user, other]) => to(user, other, hasBlocked))), [
      true,
      false,
      false,
      false,
    ]);
  }),
);

test(
  'a user blocks another once, however often they ask, and unblocking leaves the block of the other',
  withHouse(async ({ em, to }) => {
    for (const [user, other] of [
      ['ada', 'grace'],
      ['ada', 'grace'],
      ['grace', 'ada'],
    ] as const)
      await to(user, other, blockUser);
    assert.is(await em().count(Block), 2);
    for (let time = 0; time < 2; time += 1) await to('ada', 'grace', unblockUser);
    assert.equal([await to('ada', 'grace', hasBlocked), await to('grace', 'ada', hasBlocked)], [false, true]);
  }),
);

test(
  'a user cannot block themselves',
  withHouse(async ({ em, to }) => {
    assert.is(
      (await refusal(Invalid, to('ada', 'ada', blockUser))).message,
      'You cannot block yourself. Choose somebody else.',
    );
    assert.is(await em().count(Block), 0);
  }),
);

test(
  'a user sees the users they have blocked, sorted by name, and nobody else sees them',
  withHouse(async ({ as, to }) => {
    for (const other of ['linus', 'grace']) await to('ada', other, blockUser);
    const listed = (username: string) =>
      as(username, async (em, user) => (await usersBlockedBy(em, user)).map((person) => person.username));
    assert.equal([await listed('ada'), await listed('grace')], [['grace', 'linus'], []]);
  }),
);

test(
  'blocking a user ends friendship and friend requests between the two, and unblocking restores none',
  withHouse(async (house) => {
    for (const requests of [
      [
        ['ada', 'grace'],
        ['grace', 'ada'],
      ],
      [['ada', 'grace']],
      [['grace', 'ada']],
    ] as const) {
      for (const [asker, asked] of requests) await ask(house, asker, asked);
      await house.to('ada', 'grace', blockUser);
      assert.is(await house.em().count(Friendship), 0);
      await house.to('ada', 'grace', unblockUser);
      assert.is(await house.em().count(Friendship), 0);
    }
  }),
);

test(
  'a block and friend requests at the same time leave no request and no friendship',
  withHouse(async (house) => {
    await ask(house, 'ada', 'grace');
    for (const reason of await thrownBy([
      house.to('grace', 'ada', blockUser),
      ask(house, 'ada', 'grace'),
      ask(house, 'ada', 'grace'),
    ]))
      assert.instance(reason, Forbidden);
    assert.equal([await house.em().count(Block), await house.em().count(Friendship)], [1, 0]);
  }),
);

test(
  'neither of the two can open a conversation, and only the user who blocked learns why',
  withHouse(async (house) => {
    await house.to('grace', 'ada', blockUser);
    assert.not.match((await refusal(Forbidden, open(house, 'ada', 'grace'))).message, /block/i);
    assert.match((await refusal(Forbidden, open(house, 'grace', 'ada'))).message, /^You have blocked ada\./);
  }),
);

test(
  'neither of the two can write in their conversation until the block ends',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    for (const username of ['ada', 'grace']) await house.enter(username, room);
    await house.to('grace', 'ada', blockUser);
    assert.not.match((await refusal(Forbidden, house.say('ada', room, 'hello'))).message, /block/i);
    assert.match(
      (await refusal(Forbidden, house.say('grace', room, 'hello'))).message,
      /^You have blocked ada\./,
    );
    await house.to('grace', 'ada', unblockUser);
    for (const username of ['ada', 'grace']) await house.say(username, room, 'hello');
    assert.equal(await house.log(room), ['1 ada: hello', '2 grace: hello']);
  }),
);

test(
  'a message sent before a block is still found by its key',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    await house.enter('ada', room);
    await house.say('ada', room, 'hello', 'a-key-of-ada');
    await house.to('grace', 'ada', blockUser);
    const { repeated, entry } = await house.say('ada', room, 'hello', 'a-key-of-ada');
    assert.equal([repeated, entry.seq], [true, 1]);
  }),
);

test(
  'a blocked user cannot add the other to a room; anybody else can',
  withHouse(async (house) => {
    const [hall, study] = [
      await house.room('ada', 'hall', 'invite'),
      await house.room('grace', 'study', 'invite'),
    ];
    const lobby = await house.room('linus', 'lobby', 'invite');
    await house.to('grace', 'ada', blockUser);
    assert.not.match((await refusal(Invalid, house.add('ada', hall, 'grace'))).message, /block/i);
    assert.equal([await house.members(hall), await house.log(hall)], [['ada admin'], []]);
    await house.add('linus', lobby, 'grace');
    await house.add('grace', study, 'ada');
    assert.equal(
      [await house.members(lobby), await house.members(study)],
      [
        ['grace member', 'linus admin'],
        ['ada member', 'grace admin'],
      ],
    );
  }),
);

for (const [what, entering] of [
  ['who is blocked', 'ada'],
  ['who has blocked the other', 'grace'],
] as const) {
  test(
    `a user ${what} cannot enter the conversation of the two, and who is in it can leave`,
    withHouse(async (house) => {
      const { id } = await house.to('ada', 'grace', (em, ada, grace) => openDirect(em, ada, grace, NOW));
      await house.enter(entering, id);
      await house.to('grace', 'ada', blockUser);
      await house.enter(entering, id); // a sign of life
      await house.as(entering, (em, user) => leave(em, user, id, NOW));
      const log = await house.log(id);
      for (let time = 0; time < 3; time += 1) await refusal(Forbidden, house.enter(entering, id));
      assert.equal(await house.log(id), log);
      await house.to('grace', 'ada', unblockUser);
      await house.enter(entering, id);
    }),
  );
}

test(
  'both users can still enter and write in the rooms they share',
  withHouse(async (house) => {
    const lobby = await house.room('linus', 'lobby');
    await house.to('grace', 'ada', blockUser);
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    for (const username of ['ada', 'grace']) await house.say(username, lobby, 'hello');
    assert.equal(await house.log(lobby), [
      '1 entered ada',
      '2 entered grace',
      '3 ada: hello',
      '4 grace: hello',
    ]);
  }),
);

test.run();

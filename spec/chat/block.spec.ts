import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { block, Block, blockedBy, hasBlocked, unblock } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { Forbidden, Invalid } from '../../server/chat/errors.ts';
import { befriend, Friendship } from '../../server/chat/friendship.ts';
import { NOW, refusal, thrownBy, withHouse, type House } from '../support/nouns.ts';

const test = suite('a block');

const ask = ({ to }: House, asker: string, asked: string) =>
  to(asker, asked, (em, user, person) => befriend(em, user, person, NOW));
const open = ({ to }: House, username: string, other: string) =>
  to(username, other, async (em, user, person) => (await openDirect(em, user, person, NOW)).id);

test(
  'is of one by another, and not the other way round',
  withHouse(async ({ to }) => {
    await to('ada', 'grace', block);
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
  "is one, however often, and gone once taken back; the other's stays",
  withHouse(async ({ em, to }) => {
    for (const [user, other] of [
      ['ada', 'grace'],
      ['ada', 'grace'],
      ['grace', 'ada'],
    ] as const)
      await to(user, other, block);
    assert.is(await em().count(Block), 2);
    for (let time = 0; time < 2; time += 1) await to('ada', 'grace', unblock);
    assert.equal([await to('ada', 'grace', hasBlocked), await to('grace', 'ada', hasBlocked)], [false, true]);
  }),
);

test(
  'is not of oneself',
  withHouse(async ({ em, to }) => {
    assert.is((await refusal(Invalid, to('ada', 'ada', block))).message, 'You cannot block yourself.');
    assert.is(await em().count(Block), 0);
  }),
);

test(
  'is listed to whom it is of use, by name, and to nobody else',
  withHouse(async ({ as, to }) => {
    for (const other of ['linus', 'grace']) await to('ada', other, block);
    const listed = (username: string) =>
      as(username, async (em, user) => (await blockedBy(em, user)).map((person) => person.username));
    assert.equal([await listed('ada'), await listed('grace')], [['grace', 'linus'], []]);
  }),
);

test(
  'ends a friendship and questions either way, which do not come back with its end',
  withHouse(async (house) => {
    for (const questions of [
      [
        ['ada', 'grace'],
        ['grace', 'ada'],
      ],
      [['ada', 'grace']],
      [['grace', 'ada']],
    ] as const) {
      for (const [asker, asked] of questions) await ask(house, asker, asked);
      await house.to('ada', 'grace', block);
      assert.is(await house.em().count(Friendship), 0);
      await house.to('ada', 'grace', unblock);
      assert.is(await house.em().count(Friendship), 0);
    }
  }),
);

test(
  'and a question at once leave no question and no friendship',
  withHouse(async (house) => {
    await ask(house, 'ada', 'grace');
    for (const reason of await thrownBy([
      house.to('grace', 'ada', block),
      ask(house, 'ada', 'grace'),
      ask(house, 'ada', 'grace'),
    ]))
      assert.instance(reason, Forbidden);
    assert.equal([await house.em().count(Block), await house.em().count(Friendship)], [1, 0]);
  }),
);

test(
  'keeps both from opening a conversation, of which only who did it is told',
  withHouse(async (house) => {
    await house.to('grace', 'ada', block);
    assert.not.match((await refusal(Forbidden, open(house, 'ada', 'grace'))).message, /block/i);
    assert.match((await refusal(Forbidden, open(house, 'grace', 'ada'))).message, /^You have blocked ada\./);
  }),
);

test(
  'keeps both from writing in the conversation that they have, until it is taken back',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    for (const username of ['ada', 'grace']) await house.enter(username, room);
    await house.to('grace', 'ada', block);
    assert.not.match((await refusal(Forbidden, house.say('ada', room, 'hello'))).message, /block/i);
    assert.match(
      (await refusal(Forbidden, house.say('grace', room, 'hello'))).message,
      /^You have blocked ada\./,
    );
    await house.to('grace', 'ada', unblock);
    for (const username of ['ada', 'grace']) await house.say(username, room, 'hello');
    assert.equal(await house.log(room), [
      '1 entered ada',
      '2 entered grace',
      '3 ada: hello',
      '4 grace: hello',
    ]);
  }),
);

test(
  'does not take back what was said before: the same key still answers with it',
  withHouse(async (house) => {
    const room = await open(house, 'ada', 'grace');
    await house.enter('ada', room);
    await house.say('ada', room, 'hello', 'a-key-of-ada');
    await house.to('grace', 'ada', block);
    const { repeated, entry } = await house.say('ada', room, 'hello', 'a-key-of-ada');
    assert.equal([repeated, entry.seq], [true, 2]);
  }),
);

test(
  'keeps its person from adding one to a room, and nobody else from it',
  withHouse(async (house) => {
    const [hall, study] = [
      await house.room('ada', 'hall', 'invite'),
      await house.room('grace', 'study', 'invite'),
    ];
    const lobby = await house.room('linus', 'lobby', 'invite');
    await house.to('grace', 'ada', block);
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

test(
  'leaves both free in the rooms that they share',
  withHouse(async (house) => {
    const lobby = await house.room('linus', 'lobby');
    await house.to('grace', 'ada', block);
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

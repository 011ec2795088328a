import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { befriend, endFriendship } from '../../server/chat/friendship.ts';
import { createGroup } from '../../server/chat/group.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { enrol, NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a group');

const ask = ({ to }: House, asker: string, asked: string) =>
  to(asker, asked, (em, user, person) => befriend(em, user, person, NOW));

/** Ada with two friends: grace, who was asked, and linus, who asked. */
async function friends(house: House) {
  for (const [asker, asked] of [
    ['ada', 'grace'],
    ['grace', 'ada'],
    ['linus', 'ada'],
    ['ada', 'linus'],
  ] as const)
    await ask(house, asker, asked);
}

async function form({ as, em }: House, name: string, ...usernames: string[]): Promise<number> {
  const people = await em().find(User, { username: { $in: usernames } });
  return as(
    'ada',
    async (own, ada) => (await createGroup(own, ada, name, new Set(people.map(({ id }) => id)), NOW)).id,
  );
}

test(
  'is an invite room of the chosen friends, with who made it as its admin',
  withHouse(async (house) => {
    await friends(house);
    const room = await form(house, ' reading ', 'grace', 'linus');
    const { name, access } = await house.em().findOneOrFail(Room, room);
    assert.equal([name, access], ['reading', 'invite']);
    assert.equal(await house.members(room), ['ada admin', 'grace member', 'linus member']);
    assert.equal(await house.log(room), ['1 added ada grace', '2 added ada linus']);
  }),
);

test(
  'has nobody who was not chosen',
  withHouse(async (house) => {
    await friends(house);
    assert.equal(await house.members(await form(house, 'reading', 'linus')), ['ada admin', 'linus member']);
  }),
);

test(
  'has nobody who is no friend, whatever was chosen: a stranger, one who asks, who was asked, or was a friend',
  withHouse(async (house) => {
    await friends(house);
    for (const username of ['alan', 'barbara', 'mallory', 'eve']) await enrol(house.orm, username);
    for (const [asker, asked] of [
      ['alan', 'ada'],
      ['ada', 'barbara'],
      ['ada', 'mallory'],
      ['mallory', 'ada'],
    ] as const)
      await ask(house, asker, asked);
    await house.to('mallory', 'ada', endFriendship);
    const strangers = ['alan', 'barbara', 'mallory', 'eve', 'ada'];
    assert.equal(await house.members(await form(house, 'reading', 'grace', ...strangers)), [
      'ada admin',
      'grace member',
    ]);
    for (const username of strangers)
      assert.equal(
        Object.keys((await refusal(Invalid, form(house, 'reading', username))).problems),
        ['friends'],
        username,
      );
  }),
);

test(
  'is not made of nobody, nor under a name that is none',
  withHouse(async (house) => {
    await friends(house);
    assert.equal((await refusal(Invalid, form(house, 'reading'))).problems, {
      friends: 'Choose at least one friend.',
    });
    for (const name of ['', ' ', 'x'.repeat(65), 'two\nlines', 'a\0b', '\ud800'])
      assert.equal(
        Object.keys((await refusal(Invalid, form(house, name, 'grace'))).problems),
        ['name'],
        name,
      );
    assert.is(await house.em().count(Room), 0);
  }),
);

test(
  'outlives the friendship',
  withHouse(async (house) => {
    await friends(house);
    const room = await form(house, 'reading', 'grace');
    await house.to('grace', 'ada', endFriendship);
    await house.enter('grace', room);
    assert.equal(await house.members(room), ['ada admin', 'grace member']);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { endFriendship } from '../../server/chat/friendship.ts';
import { createGroup } from '../../server/chat/new-room.ts';
import { befriend } from '../../server/chat/people.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { enrol, type House, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('group');

const ask = ({ to }: House, asker: string, asked: string) =>
  to(asker, asked, (em, user, person) => befriend(em, user, person, NOW));

/** Makes grace and linus friends of ada: she asks grace, and linus asks her. */
async function friends(house: House) {
  for (const [asker, asked] of [
    ['ada', 'grace'],
    ['grace', 'ada'],
    ['linus', 'ada'],
    ['ada', 'linus'],
  ] as const)
    await ask(house, asker, asked);
}

async function createGroupOf({ as, em }: House, name: string, ...usernames: string[]): Promise<number> {
  const people = await em().find(User, { username: { $in: usernames } });
  return as(
    'ada',
    async (own, ada) => (await createGroup(own, ada, name, new Set(people.map(({ id }) => id)), NOW)).id,
  );
}

test(
  'a group is an invite room of the chosen friends, with its creator as admin',
  withHouse(async (house) => {
    await friends(house);
    const room = await createGroupOf(house, ' reading ', 'grace', 'linus');
    const { name, access } = await house.em().findOneOrFail(Room, room);
    assert.equal([name, access], ['reading', 'invite']);
    assert.equal(await house.members(room), ['ada admin', 'grace member', 'linus member']);
    assert.equal(await house.log(room), ['1 added ada grace', '2 added ada linus']);
  }),
);

test(
  'a group has only the friends who were chosen',
  withHouse(async (house) => {
    await friends(house);
    assert.equal(await house.members(await createGroupOf(house, 'reading', 'linus')), [
      'ada admin',
      'linus member',
    ]);
  }),
);

test(
  'only friends can be chosen: no stranger, no sender or receiver of a request, no former friend',
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
    assert.equal(await house.members(await createGroupOf(house, 'reading', 'grace', ...strangers)), [
      'ada admin',
      'grace member',
    ]);
    for (const username of strangers)
      assert.equal(
        Object.keys((await refusal(Invalid, createGroupOf(house, 'reading', username))).problems),
        ['friends'],
        username,
      );
  }),
);

test(
  'a group needs at least one friend and a valid name',
  withHouse(async (house) => {
    await friends(house);
    assert.equal((await refusal(Invalid, createGroupOf(house, 'reading'))).problems, {
      friends: 'Choose at least one friend.',
    });
    for (const name of ['', ' ', 'x'.repeat(65), 'two\nlines', 'a\0b', '\ud800'])
      assert.equal(
        Object.keys((await refusal(Invalid, createGroupOf(house, name, 'grace'))).problems),
        ['name'],
        name,
      );
    assert.is(await house.em().count(Room), 0);
  }),
);

test(
  'a member stays in the group when the friendship ends',
  withHouse(async (house) => {
    await friends(house);
    const room = await createGroupOf(house, 'reading', 'grace');
    await house.to('grace', 'ada', endFriendship);
    await house.enter('grace', room);
    assert.equal(await house.members(room), ['ada admin', 'grace member']);
  }),
);

test.run();

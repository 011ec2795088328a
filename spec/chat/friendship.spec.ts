import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { blockUser, unblockUser } from '../../server/chat/block.ts';
import { Forbidden, Invalid } from '../../server/chat/errors.ts';
import { countRequestsTo, endFriendship, Friendship, friendshipOf } from '../../server/chat/friendship.ts';
import { befriend } from '../../server/chat/people.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('friendship');

const ask = ({ to }: House, asker: string, asked: string, now = NOW) =>
  to(asker, asked, (em, user, person) => befriend(em, user, person, now));
const end = ({ to }: House, user: string, other: string) => to(user, other, endFriendship);

/** The status of their friendship, as each of the two sees it. */
const between = (house: House, one: string, other: string) =>
  Promise.all(
    [
      [one, other],
      [other, one],
    ].map(([user, person]) =>
      house.to(
        user!,
        person!,
        async (em, me, them) => (await friendshipOf(em, me, them))?.status(me) ?? 'nothing',
      ),
    ),
  );

/** What the two do in this order, and the status that ada and grace see afterwards. */
const stories: [string, string[], [string, string]][] = [
  ['a friendship begins with a friend request', ['ada asks'], ['sent', 'received']],
  ['a request that is sent twice is one request', ['ada asks', 'ada asks'], ['sent', 'received']],
  ['a friend request is accepted by a request in return', ['ada asks', 'grace asks'], ['friends', 'friends']],
  ['the user with the higher id can ask first', ['grace asks', 'ada asks'], ['friends', 'friends']],
  [
    'asking again leaves friends as they are',
    ['ada asks', 'grace asks', 'ada asks', 'grace asks'],
    ['friends', 'friends'],
  ],
  ['declining a friend request deletes it', ['ada asks', 'grace ends'], ['nothing', 'nothing']],
  ['cancelling a friend request deletes it', ['ada asks', 'ada ends'], ['nothing', 'nothing']],
  [
    'after a cancelled request the other user can send one',
    ['ada asks', 'ada ends', 'grace asks'],
    ['received', 'sent'],
  ],
  [
    'a user can ask again after the other has declined',
    ['ada asks', 'grace ends', 'ada asks'],
    ['sent', 'received'],
  ],
  [
    'the user who asked can end the friendship',
    ['ada asks', 'grace asks', 'ada ends'],
    ['nothing', 'nothing'],
  ],
  [
    'the user who accepted can end the friendship',
    ['ada asks', 'grace asks', 'grace ends'],
    ['nothing', 'nothing'],
  ],
  [
    'ending a friendship that does not exist changes nothing',
    ['ada ends', 'grace ends'],
    ['nothing', 'nothing'],
  ],
];
for (const [what, acts, statuses] of stories) {
  test(
    what,
    withHouse(async (house) => {
      for (const words of acts) {
        const [who, act] = words.split(' ') as ['ada' | 'grace', 'asks' | 'ends'];
        await (act === 'asks' ? ask : end)(house, who, who === 'ada' ? 'grace' : 'ada');
      }
      assert.equal(await between(house, 'ada', 'grace'), statuses);
      assert.equal(await between(house, 'ada', 'linus'), ['nothing', 'nothing'], 'linus is not affected');
    }),
  );
}

test(
  'when two users ask each other at the same moment, they are friends',
  withHouse(async (house) => {
    await Promise.all([
      ask(house, 'ada', 'grace'),
      ask(house, 'grace', 'ada'),
      ask(house, 'ada', 'grace'),
      ask(house, 'grace', 'ada'),
    ]);
    assert.equal(await between(house, 'ada', 'grace'), ['friends', 'friends']);
    assert.is(await house.em().count(Friendship), 1);
  }),
);

test(
  'a friendship has the time at which it was accepted',
  withHouse(async (house) => {
    await ask(house, 'ada', 'grace');
    await ask(house, 'grace', 'ada', later(1000));
    const [friendship] = await house.em().find(Friendship, {});
    assert.equal(friendship!.acceptedAt, later(1000));
  }),
);

test(
  'a user cannot ask themselves',
  withHouse(async (house) => {
    assert.match(
      (await refusal(Invalid, ask(house, 'ada', 'ada'))).message,
      /^You cannot be your own friend\./,
    );
    assert.is(await house.em().count(Friendship), 0);
  }),
);

test(
  'neither of the two can send a friend request while one has blocked the other, and only the user who blocked learns why',
  withHouse(async (house) => {
    await house.to('grace', 'ada', blockUser);
    assert.not.match((await refusal(Forbidden, ask(house, 'ada', 'grace'))).message, /block/i);
    assert.match((await refusal(Forbidden, ask(house, 'grace', 'ada'))).message, /^You have blocked ada\./);
    assert.is(await house.em().count(Friendship), 0);
    await house.to('grace', 'ada', unblockUser);
    await ask(house, 'ada', 'grace');
    assert.equal(await between(house, 'ada', 'grace'), ['sent', 'received']);
  }),
);

test(
  'a friend request counts for the user who receives it until it is answered or cancelled',
  withHouse(async (house) => {
    const requestCounts = () =>
      Promise.all(
        ['ada', 'grace', 'linus'].map(async (username) =>
          countRequestsTo(await house.reader(), await house.id(username)),
        ),
      );
    await ask(house, 'grace', 'ada');
    await ask(house, 'linus', 'ada');
    await ask(house, 'linus', 'grace');
    assert.equal(await requestCounts(), [2, 1, 0]);
    await ask(house, 'ada', 'grace');
    assert.equal(await requestCounts(), [1, 1, 0]);
    await end(house, 'ada', 'linus');
    await end(house, 'linus', 'grace');
    assert.equal(await requestCounts(), [0, 0, 0]);
  }),
);

test.run();

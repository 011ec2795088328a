import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { block, unblock } from '../../server/chat/block.ts';
import { Forbidden, Invalid } from '../../server/chat/errors.ts';
import {
  befriend,
  endFriendship,
  Friendship,
  friendshipOf,
  friendshipsOf,
  questionsTo,
} from '../../server/chat/friendship.ts';
import { later, NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a friendship');

const ask = ({ to }: House, asker: string, asked: string, now = NOW) =>
  to(asker, asked, (em, user, person) => befriend(em, user, person, now));
const end = ({ to }: House, user: string, other: string) => to(user, other, endFriendship);

/** How things stand between two, as each of them sees it. */
const between = (house: House, one: string, other: string) =>
  Promise.all(
    [
      [one, other],
      [other, one],
    ].map(([user, person]) =>
      house.to(
        user!,
        person!,
        async (em, me, them) => (await friendshipOf(em, me, them))?.standing(me) ?? 'nothing',
      ),
    ),
  );

/** What the two do, one after the other, and how it stands then for ada and for grace. */
const stories: [string, string[], [string, string]][] = [
  ['begins with a question', ['ada asks'], ['asked', 'asking']],
  ['is asked for once, however often', ['ada asks', 'ada asks'], ['asked', 'asking']],
  ['is accepted', ['ada asks', 'grace asks'], ['friends', 'friends']],
  ['is accepted whoever has the lower number', ['grace asks', 'ada asks'], ['friends', 'friends']],
  ['stays when one asks again', ['ada asks', 'grace asks', 'ada asks', 'grace asks'], ['friends', 'friends']],
  ['is declined', ['ada asks', 'grace ends'], ['nothing', 'nothing']],
  ['is not asked for any more, once withdrawn', ['ada asks', 'ada ends'], ['nothing', 'nothing']],
  ['is a new question after a withdrawn one', ['ada asks', 'ada ends', 'grace asks'], ['asking', 'asked']],
  [
    'can be asked for again after it was declined',
    ['ada asks', 'grace ends', 'ada asks'],
    ['asked', 'asking'],
  ],
  ['is ended by who asked', ['ada asks', 'grace asks', 'ada ends'], ['nothing', 'nothing']],
  ['is ended by who accepted', ['ada asks', 'grace asks', 'grace ends'], ['nothing', 'nothing']],
  ['ends once', ['ada ends', 'grace ends'], ['nothing', 'nothing']],
];
for (const [what, acts, standings] of stories) {
  test(
    what,
    withHouse(async (house) => {
      for (const words of acts) {
        const [who, act] = words.split(' ') as ['ada' | 'grace', 'asks' | 'ends'];
        await (act === 'asks' ? ask : end)(house, who, who === 'ada' ? 'grace' : 'ada');
      }
      assert.equal(await between(house, 'ada', 'grace'), standings);
      assert.equal(await between(house, 'ada', 'linus'), ['nothing', 'nothing'], 'nobody else is concerned');
    }),
  );
}

test(
  'is there at once for two who ask each other at the same moment',
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
  'knows when it was accepted',
  withHouse(async (house) => {
    await ask(house, 'ada', 'grace');
    await ask(house, 'grace', 'ada', later(1000));
    const [friendship] = await house.em().find(Friendship, {});
    assert.equal(friendship!.acceptedAt, later(1000));
  }),
);

test(
  'is not with oneself',
  withHouse(async (house) => {
    assert.match((await refusal(Invalid, ask(house, 'ada', 'ada'))).message, /^This is you\./);
    assert.is(await house.em().count(Friendship), 0);
  }),
);

test(
  'cannot be asked for where one has blocked the other, of which only who did it is told',
  withHouse(async (house) => {
    await house.to('grace', 'ada', block);
    assert.not.match((await refusal(Forbidden, ask(house, 'ada', 'grace'))).message, /block/i);
    assert.match((await refusal(Forbidden, ask(house, 'grace', 'ada'))).message, /^You have blocked ada\./);
    assert.is(await house.em().count(Friendship), 0);
    await house.to('grace', 'ada', unblock);
    await ask(house, 'ada', 'grace');
    assert.equal(await between(house, 'ada', 'grace'), ['asked', 'asking']);
  }),
);

test(
  "stands in both lists, by the others' names",
  withHouse(async (house) => {
    await ask(house, 'linus', 'ada');
    await ask(house, 'ada', 'grace');
    const listOf = (username: string) =>
      house.as(username, async (em, user) =>
        (await friendshipsOf(em, user)).map((one) => `${one.other(user).username} ${one.standing(user)}`),
      );
    assert.equal(
      [await listOf('ada'), await listOf('grace'), await listOf('linus')],
      [['grace asked', 'linus asking'], ['ada asking'], ['ada asked']],
    );
  }),
);

test(
  'counts as a question for whoever is asked, until it is answered or taken back',
  withHouse(async (house) => {
    const questions = () =>
      Promise.all(['ada', 'grace', 'linus'].map((username) => house.as(username, questionsTo)));
    await ask(house, 'grace', 'ada');
    await ask(house, 'linus', 'ada');
    await ask(house, 'linus', 'grace');
    assert.equal(await questions(), [2, 1, 0]);
    await ask(house, 'ada', 'grace');
    assert.equal(await questions(), [1, 1, 0]);
    await end(house, 'ada', 'linus');
    await end(house, 'linus', 'grace');
    assert.equal(await questions(), [0, 0, 0]);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { changeUsername } from '../../server/chat/account.ts';
import { deleteRoom } from '../../server/chat/administration.ts';
import { blockUser } from '../../server/chat/block.ts';
import { entriesAfter } from '../../server/chat/history.ts';
import { Mention, possibleNamesIn } from '../../server/chat/mention.ts';
import { deleteSlice } from '../../server/chat/room-deletion.ts';
import { countMentionsAfter } from '../../server/chat/room-details.ts';
import { Room } from '../../server/chat/room.ts';
import { enrol, type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('mention');

/** Ada's lobby, with ada in it and grace as a member. */
async function lobbyOf({ room, enter, join }: House): Promise<number> {
  const lobby = await room('ada', 'lobby');
  await enter('ada', lobby);
  await join('grace', lobby);
  return lobby;
}

/** The mentions in a room, as `2 grace`. */
async function mentionsIn({ em }: House, room: number): Promise<string[]> {
  const mentions = await em().find(Mention, { room }, { populate: ['user'] });
  return mentions.map(({ seq, user }) => `${seq} ${user.username}`).toSorted();
}

test(
  'a message mentions each member whose name it has, once, and nobody else',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, '@grace, @GRACE. and @linus: ask @ada'); // linus is no member
    await house.say('ada', lobby, 'grace, ada@grace `@grace` [@grace](https://x.org)');
    assert.equal(await mentionsIn(house, lobby), ['2 ada', '2 grace']);
  }),
);

test(
  'a message that is sent twice has its mentions once, and a refused message has none',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    for (let time = 0; time < 2; time += 1) await house.say('ada', lobby, '@grace', 'one-key-for-all');
    await refusal(Error, house.say('ada', lobby, '@grace '.repeat(700)));
    assert.equal(await mentionsIn(house, lobby), ['2 grace']);
  }),
);

test(
  'a mention is of the longest username that fits, in any script, without regard to case and width',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    for (const username of ['Grace.', '太郎', 'Élan', 'grace-hopper']) {
      await enrol(house.orm, username);
      await house.join(username, lobby);
    }
    for (const body of [
      '@grace',
      '@grace.',
      '@grace..',
      '@grace-hopper',
      '@grace-',
      '@太郎さん',
      '@e\u0301lan',
      '@ｇｒａｃｅ',
      '@gracehopper',
    ])
      await house.say('ada', lobby, body);
    assert.equal(await mentionsIn(house, lobby), [
      '2 grace',
      '3 Grace.',
      '4 Grace.',
      '5 grace-hopper',
      '6 grace',
      '7 太郎',
      '8 Élan',
      '9 grace',
    ]);
  }),
);

test(
  'an entry has its mentions as they were typed, after the user was renamed or removed',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, '@grace');
    await house.say('ada', lobby, 'hello');
    await house.as('grace', (em, grace) => changeUsername(em, grace, 'hopper'));
    await house.remove('ada', lobby, 'hopper');
    await house.join('linus', lobby);
    const em = house.em();
    const [entered, first, second] = await entriesAfter(em, await em.findOneOrFail(Room, { id: lobby }), 0);
    assert.equal(
      first?.mentions?.map(({ name, user }) => [name, user.username]),
      [['grace', 'hopper']],
    );
    assert.equal([entered?.mentions, second?.mentions], [undefined, undefined]);
  }),
);

test(
  'deleting a room deletes its mentions',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, '@grace');
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    await deleteSlice(house.em(), lobby);
    assert.is(await house.em().count(Mention), 0);
  }),
);

test(
  'unread mentions count in the room list and after an entry, without those by the reader or by users they have blocked',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.enter('linus', lobby);
    await house.say('ada', lobby, '@grace and @ada'); // entry 3
    await house.say('linus', lobby, '@grace @grace');
    const countsOf = async (username: string) => {
      const { own } = await house.roomsOf(username);
      return own.map(({ unread, mentions }) => [unread, mentions]);
    };
    const after = async (seq: number) =>
      countMentionsAfter(await house.reader(), await house.id('grace'), lobby, seq);
    assert.equal(
      [await countsOf('grace'), await countsOf('ada'), await after(0), await after(3)],
      [[[2, 2]], [[2, 0]], 2, 1],
    );
    await house.to('grace', 'linus', (em, grace, linus) => blockUser(em, grace, linus));
    assert.equal([await countsOf('grace'), await after(0), await after(3)], [[[2, 1]], 1, 0]);
  }),
);

const CUTS = 'a-b.c_d-'.repeat(16);

/** Texts that could mean the most names, of the longest message. */
const COSTLY: [what: string, body: string][] = [
  ['as many @ as fit', '@a '.repeat(1333)],
  ['as many different words as fit', Array.from({ length: 600 }, (_, index) => `@a${index}`).join(' ')],
  ['words with the most cuts', `@${CUTS} `.repeat(30)],
  [
    'different words with the most cuts',
    Array.from({ length: 60 }, (_, index) => `@${index}${CUTS.slice(0, 62)}`).join(' '),
  ],
  ['cuts between letters', Array.from({ length: 60 }, (_, index) => `@${index}${'太'.repeat(60)}`).join(' ')],
  ['@ within a word of cuts', '@a-b-'.repeat(800)],
  ['letters that grow when folded', '@ﷺ '.repeat(1333)],
];

for (const [what, body] of COSTLY) {
  test(`a message looks up at most 200 names: ${what}`, () => {
    assert.ok(
      body.length <= 4000 && possibleNamesIn(body).length <= 200,
      String(possibleNamesIn(body).length),
    );
  });
}

test(
  'a message of many words still mentions by a name with punctuation after it, and after a word that is repeated',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const others = Array.from({ length: 48 }, (_, index) => `@somebody-${index}-a.b.c`).join(' ');
    await house.say('ada', lobby, `${others} @grace....!`);
    await house.say('ada', lobby, `${'@somebody '.repeat(200)} @grace`);
    await house.say('ada', lobby, `${others} @one @two @three @grace`);
    assert.equal(await mentionsIn(house, lobby), ['2 grace', '3 grace'], 'the last is beyond fifty words');
  }),
);

test.run();

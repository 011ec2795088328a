import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeUsername } from '../../server/chat/account.ts';
import { block } from '../../server/chat/block.ts';
import { entriesAfter } from '../../server/chat/entry.ts';
import { countMentionsAfter, Mention } from '../../server/chat/mention.ts';
import { deleteRoom, Room } from '../../server/chat/room.ts';
import { roomList } from '../../server/chat/room-list.ts';
import { enrol, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a mention');

/** The lobby of ada, who is in it, with grace as a member. */
async function lobbyOf({ room, enter, join }: House): Promise<number> {
  const lobby = await room('ada', 'lobby');
  await enter('ada', lobby);
  await join('grace', lobby);
  return lobby;
}

/** Who is mentioned in a room, as `2 grace`. */
async function mentionsIn({ em }: House, room: number): Promise<string[]> {
  const mentions = await em().find(Mention, { room }, { populate: ['user'] });
  return mentions.map(({ seq, user }) => `${seq} ${user.username}`).sort();
}

test(
  'is of those members whose names stand in the message, once each, and of nobody else',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, '@grace, @GRACE. and @linus: ask @ada'); // linus is no member
    await house.say('ada', lobby, 'grace, ada@grace `@grace` [@grace](https://x.org)');
    assert.equal(await mentionsIn(house, lobby), ['2 ada', '2 grace']);
  }),
);

test(
  'is stored once however often its message is sent, and not at all where that is refused',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    for (let time = 0; time < 2; time += 1) await house.say('ada', lobby, '@grace', 'one-key-for-all');
    await refusal(Error, house.say('ada', lobby, '@grace '.repeat(700)));
    assert.equal(await mentionsIn(house, lobby), ['2 grace']);
  }),
);

test(
  'is of the longest name that fits, in any script and without regard to case and width',
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
  'is found with its entry, as it was typed, whatever they are called and wherever they are by now',
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
  'goes with its room',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.say('ada', lobby, '@grace');
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    assert.is(await house.em().count(Mention), 0);
  }),
);

test(
  "is counted while it is unread, in the list and after any entry, unless it is one's own or of somebody whom one has blocked",
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await house.enter('linus', lobby);
    await house.say('ada', lobby, '@grace and @ada'); // entry 3
    await house.say('linus', lobby, '@grace @grace');
    const countsOf = async (username: string) => {
      const { own } = await house.as(username, (em, user) => roomList(em as never, user));
      return own.map(({ unread, mentions }) => [unread, mentions]);
    };
    const after = (seq: number) =>
      house.as('grace', async (em, grace) =>
        countMentionsAfter(em as never, grace, await em.findOneOrFail(Room, { id: lobby }), seq),
      );
    assert.equal(
      [await countsOf('grace'), await countsOf('ada'), await after(0), await after(3)],
      [[[2, 2]], [[2, 0]], 2, 1],
    );
    await house.to('grace', 'linus', (em, grace, linus) => block(em, grace, linus));
    assert.equal([await countsOf('grace'), await after(0), await after(3)], [[[2, 1]], 1, 0]);
  }),
);

test.run();

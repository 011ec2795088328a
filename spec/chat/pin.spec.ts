import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Forbidden, Invalid, NotFound } from '../../server/chat/errors.ts';
import { MOST_PINS, pin, pinnedMessages, unpin } from '../../server/chat/pin.ts';
import { type House, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('pin');

/** Ada's lobby, where she is and has said so much; grace is a member. */
async function lobbyOf(house: House, messages: number): Promise<number> {
  const lobby = await house.room('ada', 'lobby');
  await house.enter('ada', lobby);
  await house.join('grace', lobby);
  for (let number = 1; number <= messages; number += 1) await house.say('ada', lobby, `number ${number}`);
  return lobby;
}

const pinBy = ({ as }: House, username: string, room: number, seq: number) =>
  as(username, (em, user) => pin(em, user, room, seq, NOW));
const unpinBy = ({ as }: House, username: string, room: number, seq: number) =>
  as(username, (em, user) => unpin(em, user, room, seq, NOW));
const pinned = async (house: House, room: number) =>
  (await pinnedMessages(await house.reader(), room)).map(
    ({ seq, author, body }) => `${seq} ${author}: ${body}`,
  );

test(
  'an administrator pins and unpins messages, each once, and notices tell it',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house, 2);
    for (const seq of [3, 2, 2]) await pinBy(house, 'ada', lobby, seq);
    assert.equal(await pinned(house, lobby), ['2 ada: number 1', '3 ada: number 2']);
    for (const seq of [2, 2]) await unpinBy(house, 'ada', lobby, seq);
    assert.equal(await pinned(house, lobby), ['3 ada: number 2']);
    assert.equal((await house.log(lobby)).slice(3), [
      '4 pinned ada ada 3',
      '5 pinned ada ada 2',
      '6 unpinned ada ada 2',
    ]);
  }),
);

test(
  'a room has at most five pins, also when two are pinned at once',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house, MOST_PINS + 2);
    for (let seq = 2; seq <= MOST_PINS; seq += 1) await pinBy(house, 'ada', lobby, seq);
    const [refused, ...others] = await thrownBy([6, 7].map((seq) => pinBy(house, 'ada', lobby, seq)));
    assert.ok(refused instanceof Invalid);
    assert.equal(
      [refused.message, others],
      ['A room has at most 5 pinned messages. Unpin one of them first.', []],
    );
    assert.is((await pinned(house, lobby)).length, MOST_PINS);
  }),
);

test(
  'only an administrator pins, and only messages of the room',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house, 1);
    for (const username of ['grace', 'linus']) {
      await refusal(Forbidden, pinBy(house, username, lobby, 2));
      await refusal(Forbidden, unpinBy(house, username, lobby, 2));
    }
    for (const seq of [1, 9]) {
      await refusal(NotFound, pinBy(house, 'ada', lobby, seq));
      await refusal(NotFound, unpinBy(house, 'ada', lobby, seq));
    }
    assert.equal([await pinned(house, lobby), (await house.log(lobby)).length], [[], 2]);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { entryRecords } from '../../server/chat/entry-records.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { postMessage } from '../../server/chat/post.ts';
import { postAll } from '../../server/chat/post-batch.ts';
import { checkedReply, repliesPage } from '../../server/chat/reply.ts';
import { type House, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('reply');

/** Ada and grace in the lobby, where ada has said something: entry 3. */
async function lobbyOf(house: House): Promise<number> {
  const lobby = await house.room('ada', 'lobby');
  for (const username of ['ada', 'grace']) await house.enter(username, lobby);
  await house.say('ada', lobby, 'shall we?');
  return lobby;
}

const answer = (house: House, username: string, room: number, reply: number | undefined) =>
  house.as(username, (em, user) =>
    postMessage(em, user, room, { body: 'yes', key: crypto.randomUUID(), reply }, NOW),
  );

test(
  'a reply knows which message it answers, and whose it is',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const { entry } = await answer(house, 'grace', lobby, 3);
    assert.equal(
      [entry.reply?.seq, entry.reply?.author.username, entry.reply?.beginning],
      [3, 'ada', 'shall we?'],
    );
    const [read] = await entryRecords(await house.reader(), lobby, 4, 4);
    assert.equal(read?.reply, {
      seq: 3,
      author: { id: await house.id('ada'), username: 'ada' },
      beginning: 'shall we?',
    });
    const [plain] = await entryRecords(await house.reader(), lobby, 3, 3);
    assert.is(plain?.reply, undefined);
  }),
);

for (const [what, reply] of [
  ['a notice', 1],
  ['an entry that is not there', 9],
] as const) {
  test(
    `${what} cannot be answered, and nothing is stored`,
    withHouse(async (house) => {
      const lobby = await lobbyOf(house);
      const { problems } = await refusal(Invalid, answer(house, 'grace', lobby, reply));
      assert.equal(Object.keys(problems), ['reply']);
      assert.is((await house.log(lobby)).length, 3);
    }),
  );
}

test(
  'a message of another room cannot be answered',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const study = await house.room('linus', 'study');
    await house.enter('linus', study);
    await refusal(Invalid, answer(house, 'linus', study, 3));
    assert.is((await house.log(lobby)).length, 3);
  }),
);

test(
  'a batch stores a reply, and leaves out one that answers nothing',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    const post = async (username: string, reply?: number) => ({
      user: await house.id(username),
      room: lobby,
      body: 'yes',
      key: crypto.randomUUID(),
      now: NOW,
      reply,
    });
    const stored = await postAll(house.em(), [
      await post('grace', 3),
      await post('grace', 2),
      await post('ada'),
      await post('ada', 3),
    ]);
    assert.equal(
      stored.map((entry) => entry && [entry.seq, entry.reply?.author.username]),
      [[4, 'ada'], undefined, [5, undefined], [6, 'ada']],
    );
  }),
);

test(
  'the replies to a message have pages, oldest first',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    for (let number = 1; number <= 21; number += 1) await answer(house, 'grace', lobby, 3);
    await answer(house, 'grace', lobby, 4);
    const page = async (number: number) => {
      const { rows, hasNext } = await repliesPage(await house.reader(), lobby, 3, number);
      return [rows.length, rows[0]?.seq, hasNext];
    };
    assert.equal(
      [await page(1), await page(2)],
      [
        [20, 4, true],
        [1, 24, false],
      ],
    );
  }),
);

test('a reply is given by a seq', async () => {
  assert.equal([checkedReply(''), checkedReply('12')], [undefined, 12]);
  for (const typed of ['0', '-1', '1.5', 'x', '12345678901', '１'])
    await refusal(Invalid, () => checkedReply(typed));
});

test.run();

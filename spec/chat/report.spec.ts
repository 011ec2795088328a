import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Forbidden, Invalid, Missing } from '../../server/chat/errors.ts';
import {
  answerReport,
  contextOf,
  openReports,
  report,
  reportable,
  reportableBefore,
  reportWith,
} from '../../server/chat/report.ts';
import { deleteRoom, Room } from '../../server/chat/room.ts';
import { NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a report');

const reports = ({ as }: House, username: string, room: number, seq: number, reason = 'It is rude.') =>
  as(username, async (em, user) => report(em, user, await reportable(em, user, room, seq), reason, NOW));

/** A room in which linus has said nine things, to grace. */
async function talk(house: House, access = 'open'): Promise<number> {
  const lobby = await house.room('ada', 'lobby', access);
  for (const username of ['grace', 'linus']) await house.join(username, lobby);
  await house.enter('linus', lobby);
  for (let number = 2; number <= 10; number += 1) await house.say('linus', lobby, `number ${number}`);
  return lobby;
}

test(
  'shows a message with its reason, and what stands about it',
  withHouse(async (house) => {
    const lobby = await talk(house);
    await reports(house, 'grace', lobby, 8);
    const [made] = await openReports(house.em());
    assert.equal(
      [made!.author.username, made!.reporter.username, made!.body, made!.reason, made!.roomName],
      ['linus', 'grace', 'number 8', 'It is rude.', 'lobby'],
    );
    assert.equal(
      (await contextOf(house.em(), made!)).map(({ seq }) => seq),
      [3, 4, 5, 6, 7, 8, 9, 10],
    );
  }),
);

test(
  'is of a message of somebody else, by a member',
  withHouse(async (house) => {
    const lobby = await talk(house);
    assert.match((await refusal(Invalid, reports(house, 'linus', lobby, 8))).message, /your own/);
    for (const seq of [1, 0, 11, 2 ** 30]) await refusal(Missing, reports(house, 'grace', lobby, seq));
    const study = await house.room('ada', 'study', 'invite');
    await refusal(Missing, reports(house, 'grace', study, 1));
    const kitchen = await house.room('ada', 'kitchen');
    await refusal(Forbidden, reports(house, 'grace', kitchen, 1));
    assert.equal(await openReports(house.em()), []);
  }),
);

const reasons: [what: string, reason: string, sentence: RegExp][] = [
  ['none', ' \n', /Say what is wrong/],
  ['one of 1,001 characters', 'x'.repeat(1001), /at most 1,000/],
  ['one with NUL', 'a\0b', /cannot be kept/],
];
for (const [what, reason, sentence] of reasons) {
  test(
    `takes a reason, and not ${what}`,
    withHouse(async (house) => {
      const lobby = await talk(house);
      assert.match(
        (await refusal(Invalid, reports(house, 'grace', lobby, 8, reason))).problems.reason!,
        sentence,
      );
    }),
  );
}

test(
  'is one for each who reports, and answered for all who did',
  withHouse(async (house) => {
    const lobby = await talk(house);
    await reports(house, 'grace', lobby, 8);
    await reports(house, 'grace', lobby, 8, 'Again.');
    await reports(house, 'ada', lobby, 8);
    await reports(house, 'ada', lobby, 9);
    const [first, ...others] = await openReports(house.em());
    assert.is(others.length, 2);
    await house.as('ada', (em, ada) => answerReport(em, ada, first!, 'dismissed', NOW));
    assert.equal(
      (await openReports(house.em())).map(({ seq }) => seq),
      [9],
    );
    const answered = await reportWith(house.em(), first!.id);
    assert.equal(
      [answered.answer, answered.answeredBy?.username, answered.reason],
      ['dismissed', 'ada', 'It is rude.'],
    );
    for (const id of [0, 99, undefined]) await refusal(Missing, reportWith(house.em(), id));
  }),
);

test(
  'keeps the message where its room is deleted',
  withHouse(async (house) => {
    const lobby = await talk(house);
    await reports(house, 'grace', lobby, 8);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    const [made] = await openReports(house.em());
    assert.equal([made!.roomName, made!.body], ['lobby', 'number 8']);
    assert.equal(await contextOf(house.em(), made!), []);
  }),
);

test(
  'can be made of what others said, from the latest back to the first',
  withHouse(async (house) => {
    const lobby = await talk(house);
    await house.enter('grace', lobby);
    await house.say('grace', lobby, 'mine');
    const of = (before: number) =>
      house.as('grace', async (em, grace) => {
        const { entries, earlier } = await reportableBefore(
          em,
          grace,
          await em.findOneOrFail(Room, { id: lobby }),
          before,
        );
        return { seqs: entries.map(({ seq }) => seq), earlier };
      });
    assert.equal(await of(99), { seqs: [2, 3, 4, 5, 6, 7, 8, 9, 10], earlier: undefined });
    assert.equal(await of(4), { seqs: [2, 3], earlier: undefined });
  }),
);

test.run();

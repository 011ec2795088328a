import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Forbidden, Invalid, NotFound } from '../../server/chat/errors.ts';
import {
  answerReport,
  deleteOldReports,
  makeReport,
  Report,
  reportableMessage,
  reportWith,
} from '../../server/chat/report.ts';
import { openReports } from '../../server/chat/shown-reports.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('report');

const reports = ({ as }: House, username: string, room: number, seq: number, reason = 'It is rude.') =>
  as(username, async (em, user) =>
    makeReport(em, user, await reportableMessage(em, user, room, seq), reason, NOW),
  );

/** A room in which linus has said nine things to grace. */
async function talkInLobby(house: House, access = 'open'): Promise<number> {
  const lobby = await house.room('ada', 'lobby', access);
  for (const username of ['grace', 'linus']) await house.join(username, lobby);
  await house.enter('linus', lobby);
  for (let number = 2; number <= 10; number += 1) await house.say('linus', lobby, `number ${number}`);
  return lobby;
}

test(
  'a member can report messages of others, and nothing else',
  withHouse(async (house) => {
    const lobby = await talkInLobby(house);
    assert.match((await refusal(Invalid, reports(house, 'linus', lobby, 8))).message, /your own/);
    for (const seq of [1, 0, 11, 2 ** 30]) await refusal(NotFound, reports(house, 'grace', lobby, seq));
    const study = await house.room('ada', 'study', 'invite');
    await refusal(NotFound, reports(house, 'grace', study, 1));
    const kitchen = await house.room('ada', 'kitchen');
    await refusal(Forbidden, reports(house, 'grace', kitchen, 1));
    assert.equal((await openReports(await house.reader(), 1)).rows, []);
  }),
);

const reasons: [what: string, reason: string, sentence: RegExp][] = [
  ['empty', ' \n', /Say what is wrong/],
  ['1,001 characters long', 'x'.repeat(1001), /at most 1,000/],
  ['with a NUL', 'a\0b', /invalid character/],
];
for (const [what, reason, sentence] of reasons) {
  test(
    `a report needs a reason, and refuses one that is ${what}`,
    withHouse(async (house) => {
      const lobby = await talkInLobby(house);
      assert.match(
        (await refusal(Invalid, reports(house, 'grace', lobby, 8, reason))).problems.reason!,
        sentence,
      );
    }),
  );
}

test(
  'each user reports a message once, and one answer closes all reports of it',
  withHouse(async (house) => {
    const lobby = await talkInLobby(house);
    await reports(house, 'grace', lobby, 8);
    await reports(house, 'grace', lobby, 8, 'Again.');
    await reports(house, 'ada', lobby, 8);
    await reports(house, 'ada', lobby, 9);
    const openSeqs = async () => {
      const { rows } = await openReports(await house.reader(), 1);
      return Promise.all(rows.map(async ({ id }) => (await reportWith(house.em(), id)).seq));
    };
    assert.equal(await openSeqs(), [8, 8, 9]);
    const first = await reportWith(house.em(), 1);
    await house.as('ada', (em, ada) => answerReport(em, ada, first, 'dismissed', NOW));
    assert.equal(await openSeqs(), [9]);
    const answered = await reportWith(house.em(), first.id);
    assert.equal(
      [answered.answer, answered.answeredBy?.username, answered.reason],
      ['dismissed', 'ada', 'It is rude.'],
    );
    for (const id of [0, 99, undefined]) await refusal(NotFound, reportWith(house.em(), id));
  }),
);

test(
  'an answered report is deleted after a year, and an open one is kept',
  withHouse(async (house) => {
    const lobby = await talkInLobby(house);
    await reports(house, 'grace', lobby, 8);
    await reports(house, 'grace', lobby, 9);
    const first = await reportWith(house.em(), 1);
    await house.as('ada', (em, ada) => answerReport(em, ada, first, 'dismissed', NOW));
    const YEAR_MS = 365 * 86_400_000;
    await deleteOldReports(house.em(), later(YEAR_MS - 1));
    assert.is(await house.em().count(Report), 2);
    await deleteOldReports(house.em(), later(2 * YEAR_MS));
    assert.is((await house.em().findOneOrFail(Report, { id: 2 })).seq, 9);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { NotFound } from '../../server/chat/errors.ts';
import { answerReport, makeReport, Report, reportableMessage, reportWith } from '../../server/chat/report.ts';
import { Room } from '../../server/chat/room.ts';
import {
  entriesAround,
  openReports,
  reportableMessagesBefore,
  REPORTS_PER_PAGE,
  shownReport,
} from '../../server/chat/shown-reports.ts';
import { User } from '../../server/chat/user.ts';
import { type House, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('shown reports');

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
  'a report shows a message with its reason, and the messages around it',
  withHouse(async (house) => {
    const lobby = await talkInLobby(house);
    await reports(house, 'grace', lobby, 8);
    const [listed] = (await openReports(await house.reader(), 1)).rows;
    const { id, ...about } = listed!;
    const seen = {
      author: 'linus',
      reporter: 'grace',
      roomName: 'lobby',
      reason: 'It is rude.',
      madeAt: NOW,
    };
    assert.equal(about, seen);
    const made = await shownReport(await house.reader(), id);
    assert.equal(made, {
      ...seen,
      id,
      roomId: lobby,
      seq: 8,
      body: 'number 8',
      saidAt: NOW,
      isAuthorDeleted: false,
      answer: null,
      answeredBy: null,
    });
    assert.equal(
      (await entriesAround(await house.reader(), made)).map(({ seq }) => seq),
      [3, 4, 5, 6, 7, 8, 9, 10],
    );
  }),
);

test(
  'a report keeps its message after the room was deleted',
  withHouse(async (house) => {
    const lobby = await talkInLobby(house);
    await reports(house, 'grace', lobby, 8);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    const made = await shownReport(await house.reader(), 1);
    assert.equal([made.roomName, made.body], ['lobby', 'number 8']);
    assert.equal(await entriesAround(await house.reader(), made), []);
  }),
);

test(
  'a member can report all messages of others, in pages from the latest to the first',
  withHouse(async (house) => {
    const lobby = await talkInLobby(house);
    await house.enter('grace', lobby);
    await house.say('grace', lobby, 'mine');
    const [room, grace] = [await house.em().findOneOrFail(Room, { id: lobby }), await house.id('grace')];
    const of = async (before: number) => {
      const { entries, earlier } = await reportableMessagesBefore(await house.reader(), grace, room, before);
      return { seqs: entries.map(({ seq }) => seq), earlier };
    };
    assert.equal(await of(99), { seqs: [2, 3, 4, 5, 6, 7, 8, 9, 10], earlier: undefined });
    assert.equal(await of(4), { seqs: [2, 3], earlier: undefined });
  }),
);

test(
  'an answered report names the operator and the answer, and there is no report without its number',
  withHouse(async (house) => {
    const lobby = await talkInLobby(house);
    await reports(house, 'grace', lobby, 8);
    const made = await reportWith(house.em(), 1);
    await house.as('ada', (em, ada) => answerReport(em, ada, made, 'dismissed', NOW));
    await house.em().nativeUpdate(User, { username: 'linus' }, { deletedAt: NOW });
    const { answer, answeredBy, isAuthorDeleted } = await shownReport(await house.reader(), 1);
    assert.equal([answer, answeredBy, isAuthorDeleted], ['dismissed', 'ada', true]);
    for (const id of [0, 99, undefined]) await refusal(NotFound, shownReport(await house.reader(), id));
  }),
);

test(
  'a long list of reports is cut into pages, the oldest first, and a long reason is shortened',
  withHouse(async (house) => {
    const [author, reporter] = [await house.id('linus'), await house.id('grace')];
    const row = { roomId: 1, roomName: 'lobby', author, reporter, body: '', saidAt: NOW, madeAt: NOW };
    const rows = Array.from({ length: 2 * REPORTS_PER_PAGE + 1 }, (_, index) => ({
      ...row,
      seq: index + 1,
      reason: 'ä'.repeat(index),
      ...(index === 1 && { answer: 'dismissed' as const }),
    }));
    await house.em().insertMany(Report, rows);
    const reader = await house.reader();
    const pages = await Promise.all([1, 2, 3].map((number) => openReports(reader, number)));
    assert.equal(
      pages.map(({ rows, hasNext }) => [rows.length, hasNext]),
      [
        [REPORTS_PER_PAGE, true],
        [REPORTS_PER_PAGE, false],
        [0, false],
      ],
    );
    const open = pages.flatMap(({ rows }) => rows);
    assert.equal(
      open.map(({ id }) => id),
      rows.map(({ seq }) => seq).filter((seq) => seq !== 2),
    );
    await house.em().nativeUpdate(Report, { id: 1 }, { reason: '😀'.repeat(201) });
    assert.is((await openReports(await house.reader(), 1)).rows[0]!.reason, `${'😀'.repeat(200)}…`);
  }),
);

test.run();

import { entryRecords } from '../../server/chat/entry-records.ts';
import type { Reader } from '../../server/chat/reader.ts';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Entry } from '../../server/chat/entry.ts';
import { stretchOfDay } from '../../server/chat/history.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';

const test = suite('history');

const DAY_MS = 86_400_000;
const midnight = (day: string) => new Date(`${day}T00:00:00.000Z`);

/** Ada's lobby, with one entry for each of these times, in this order. */
async function lobbyOf({ em, room }: House, ...moments: string[]) {
  const id = await room('ada', 'lobby');
  const { id: author } = await em().findOneOrFail(User, { username: 'ada' });
  const entries = moments.map((at, index) => ({
    room: id,
    seq: index + 1,
    kind: 'message' as const,
    author,
    body: `${index + 1}`,
    at: new Date(at),
  }));
  if (entries.length > 0) await em().insertMany(Entry, entries);
  await em().nativeUpdate(Room, { id }, { lastSeq: entries.length });
  return id;
}

/** The seqs of a day's entries, and the nearest days with entries before and after it. */
async function shown({ em, reader }: House, room: number, day: string, most = 200) {
  const start = midnight(day);
  const { first, last, before, after } = await stretchOfDay(
    await reader(),
    await em().findOneOrFail(Room, { id: room }),
    start,
    new Date(start.getTime() + DAY_MS),
    most,
  );
  return [
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
    before?.toISOString().slice(0, 10),
    after?.toISOString().slice(0, 10),
  ];
}

const days = [
  ['the day before the first', '2025-12-31', [], undefined, '2026-01-01'],
  ['the first day, up to its last millisecond', '2026-01-01', [1], undefined, '2026-01-02'],
  ['a day with entries in its first and last millisecond', '2026-01-02', [2, 3], '2026-01-01', '2026-01-04'],
  ['a day without entries', '2026-01-03', [], '2026-01-02', '2026-01-04'],
  ['the last day', '2026-01-04', [4, 5], '2026-01-02', undefined],
  ['the day after the last', '2026-01-05', [], '2026-01-04', undefined],
  ['the first day of year 1', '0001-01-01', [], undefined, '2026-01-01'],
  ['the last day of year 9999', '9999-12-31', [], '2026-01-04', undefined],
] as const;

for (const [what, day, ...expected] of days) {
  test(
    `${what} has its entries, and links to the nearest days with entries`,
    withHouse(async (house) => {
      const lobby = await lobbyOf(
        house,
        '2026-01-01T23:59:59.999Z',
        '2026-01-02T00:00:00.000Z',
        '2026-01-02T23:59:59.999Z',
        '2026-01-04T00:00:00.000Z',
        '2026-01-04T00:00:00.000Z',
      );
      assert.equal(await shown(house, lobby, day), expected);
    }),
  );
}

test(
  'a day has no entries in an empty room, whatever other rooms have',
  withHouse(async (house) => {
    const study = await house.room('ada', 'study');
    await house.enter('ada', study);
    assert.equal(await shown(house, await lobbyOf(house), '2026-01-01'), [[], undefined, undefined]);
    assert.equal(await shown(house, study, '2026-01-01'), [[1], undefined, undefined]);
  }),
);

test(
  'a day has its notices too, with their subjects',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.add('ada', lobby, 'grace');
    const reader = await house.reader();
    const { first, last } = await stretchOfDay(
      reader,
      await house.em().findOneOrFail(Room, { id: lobby }),
      midnight('2026-01-01'),
      midnight('2026-01-02'),
      10,
    );
    assert.equal(
      (await entryRecords(reader, lobby, first, last)).map(({ kind, author, subject, at }) => [
        kind,
        author.username,
        subject?.username,
        at,
      ]),
      [['added', 'ada', 'grace', NOW]],
    );
  }),
);

test(
  'a day has at most as many entries as asked for, the first ones, and still knows the next day',
  withHouse(async (house) => {
    const lobby = await lobbyOf(
      house,
      '2026-01-01T10:00:00.000Z',
      '2026-01-02T10:00:00.000Z',
      '2026-01-02T11:00:00.000Z',
      '2026-01-02T12:00:00.000Z',
      '2026-01-03T10:00:00.000Z',
    );
    for (const [most, seqs] of [
      [1, [2]],
      [2, [2, 3]],
      [3, [2, 3, 4]],
      [4, [2, 3, 4]],
    ] as const) {
      assert.equal(await shown(house, lobby, '2026-01-02', most), [seqs, '2026-01-01', '2026-01-03']);
    }
  }),
);

test(
  'a day is one unbroken run of entries even when the clock was set back between them',
  withHouse(async (house) => {
    const [first, second, third] = [
      '2026-01-01T12:00:00.000Z',
      '2026-01-02T12:00:00.000Z',
      '2026-01-03T12:00:00.000Z',
    ] as const;
    for (const moments of [
      [third, second, first],
      [second, first, second],
      [first, third, first, second, first],
      [third, first, third, second, second, first],
    ]) {
      const lobby = await lobbyOf(house, ...moments);
      for (const day of ['2025-12-31', '2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04']) {
        const [seqs] = (await shown(house, lobby, day)) as [number[]];
        assert.equal(
          seqs,
          seqs.map((_, index) => seqs[0]! + index),
          `${day} of ${moments.join(', ')}`,
        );
      }
    }
  }),
);

test(
  'a day in a log of 1000 entries is found with at most 24 queries',
  withHouse(async (house) => {
    const start = Date.parse('2025-01-01T00:00:00.000Z');
    const lobby = await lobbyOf(
      house,
      ...Array.from({ length: 1000 }, (_, hour) => new Date(start + hour * 3_600_000).toISOString()),
    );
    const room = await house.em().findOneOrFail(Room, { id: lobby });
    const reader = await house.reader();
    let queries = 0;
    const counting: Reader = {
      rows: (...asked) => {
        queries += 1;
        return reader.rows(...asked);
      },
      time: (value) => reader.time(value),
      timeValue: (ms) => reader.timeValue(ms),
    };
    const { first, last } = await stretchOfDay(
      counting,
      room,
      midnight('2025-01-20'),
      midnight('2025-01-21'),
      200,
    );
    assert.equal([first, last], [19 * 24 + 1, 20 * 24]);
    assert.ok(queries <= 24, `${queries} looks`);
  }),
);

test.run();

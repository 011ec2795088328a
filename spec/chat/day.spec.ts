import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entriesOfDay } from '../../server/chat/day.ts';
import { Entry } from '../../server/chat/entry.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, withHouse, type House } from '../support/nouns.ts';

const test = suite('a day');

const DAY_MS = 86_400_000;
const midnight = (day: string) => new Date(`${day}T00:00:00.000Z`);

/** Ada's lobby, whose entries were written at these moments, in this order. */
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

/** The numbers of a day's entries, and the days before and after it on which something was said. */
async function shown({ em }: House, room: number, day: string, most = 200) {
  const own = em();
  const start = midnight(day);
  const { entries, before, after } = await entriesOfDay(
    own,
    await own.findOneOrFail(Room, { id: room }),
    start,
    new Date(start.getTime() + DAY_MS),
    most,
  );
  return [
    entries.map(({ seq }) => seq),
    before?.toISOString().slice(0, 10),
    after?.toISOString().slice(0, 10),
  ];
}

const days = [
  ['before the first', '2025-12-31', [], undefined, '2026-01-01'],
  ['that is the first, up to its last moment', '2026-01-01', [1], undefined, '2026-01-02'],
  ['from its first moment to its last', '2026-01-02', [2, 3], '2026-01-01', '2026-01-04'],
  ['on which nothing was said', '2026-01-03', [], '2026-01-02', '2026-01-04'],
  ['that is the last', '2026-01-04', [4, 5], '2026-01-02', undefined],
  ['after the last', '2026-01-05', [], '2026-01-04', undefined],
  ['long before', '0001-01-01', [], undefined, '2026-01-01'],
  ['far ahead', '9999-12-31', [], '2026-01-04', undefined],
] as const;

for (const [what, day, ...expected] of days) {
  test(
    `has what was said on it, and the days about it: one ${what}`,
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
  'has nothing in a room where nothing was said, whatever was said in others',
  withHouse(async (house) => {
    const study = await house.room('ada', 'study');
    await house.enter('ada', study);
    assert.equal(await shown(house, await lobbyOf(house), '2026-01-01'), [[], undefined, undefined]);
    assert.equal(await shown(house, study, '2026-01-01'), [[1], undefined, undefined]);
  }),
);

test(
  'has notices too, with whom they name',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.add('ada', lobby, 'grace');
    const em = house.em();
    const { entries } = await entriesOfDay(
      em,
      await em.findOneOrFail(Room, { id: lobby }),
      midnight('2026-01-01'),
      midnight('2026-01-02'),
      10,
    );
    assert.equal(
      entries.map(({ kind, author, subject, at }) => [kind, author.username, subject?.username, at]),
      [['added', 'ada', 'grace', NOW]],
    );
  }),
);

test(
  'has at most so many, the first ones, and the day after all the same',
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
  'is shown, an entry at most some off, where the clock was set back',
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
          `${day} of ${moments}`,
        );
      }
    }
  }),
);

test(
  'is found in a long log by few looks',
  withHouse(async (house) => {
    const start = Date.parse('2025-01-01T00:00:00.000Z');
    const lobby = await lobbyOf(
      house,
      ...Array.from({ length: 1000 }, (_, hour) => new Date(start + hour * 3_600_000).toISOString()),
    );
    const em = house.em();
    const room = await em.findOneOrFail(Room, { id: lobby });
    const find = em.findOne.bind(em);
    let looks = 0;
    em.findOne = ((...asked: Parameters<typeof find>) => {
      looks += 1;
      return find(...asked);
    }) as typeof em.findOne;
    const { entries } = await entriesOfDay(em, room, midnight('2025-01-20'), midnight('2025-01-21'), 200);
    assert.equal(
      entries.map(({ seq }) => seq),
      Array.from({ length: 24 }, (_, hour) => 19 * 24 + hour + 1),
    );
    assert.ok(looks <= 24, `${looks} looks`);
  }),
);

test.run();

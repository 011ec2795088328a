import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { checkedZone, day, dayAfter, dayKey, startOfDay, time } from '../../server/view/dates.ts';

const test = suite('dates');

test('a time has 24 hours by default, and a day has words or figures', () => {
  const at = '2026-01-01T09:58:59.999Z';
  assert.equal(
    [time(at, 'UTC'), day(at, 'UTC'), dayKey(at, 'UTC')],
    ['09:58', 'Thursday 1 January 2026', '2026-01-01'],
  );
});

test('a day begins at 00:00', () => {
  assert.is(time('2026-01-01T00:00:00.000Z', 'UTC'), '00:00');
});

test('a time has 12 hours for users who chose that', () => {
  const times = ['00:05', '09:58', '12:00', '23:59'].map((at) =>
    time(`2026-01-01T${at}:00.000Z`, 'UTC', 'h12'),
  );
  assert.equal(times, ['12:05 am', '9:58 am', '12:00 pm', '11:59 pm']);
});

test("times and days are in the reader's zone", () => {
  assert.equal(
    [time('2026-01-01T23:30:00.000Z', 'Europe/Berlin'), day('2026-01-01T23:30:00.000Z', 'Europe/Berlin')],
    ['00:30', 'Friday 2 January 2026'],
  );
  assert.equal(
    [
      time('2026-01-01T03:00:00.000Z', 'America/New_York'),
      dayKey('2026-01-01T03:00:00.000Z', 'America/New_York'),
    ],
    ['22:00', '2025-12-31'],
  );
});

test('times follow the change to summer time', () => {
  assert.equal(
    ['2026-03-29T00:59:00.000Z', '2026-03-29T01:00:00.000Z'].map((at) => time(at, 'Europe/Berlin')),
    ['01:59', '03:00'],
  );
});

test('a missing or unknown zone counts as UTC', () => {
  for (const zone of [undefined, '', 'Mars/Base', '../etc', '<b>', 'Europe/Berlin\0', 'x'.repeat(5000)])
    assert.is(checkedZone(zone), 'UTC');
});

test('a zone of a fixed number of hours is that zone, as the script has it, and a zone goes by its present name', () => {
  for (const zone of ['Etc/GMT+12', 'Etc/GMT-14', 'Etc/GMT+1']) assert.is(checkedZone(zone), zone);
  assert.is(time('2026-01-01T03:00:00.000Z', checkedZone('Etc/GMT+12')), '15:00');
  assert.is(dayKey('2026-01-01T03:00:00.000Z', checkedZone('Etc/GMT+12')), '2025-12-31');
  assert.equal(['Europe/Kiev', 'Europe/Kyiv', 'Asia/Calcutta', 'Etc/UTC', '+05:00'].map(checkedZone), [
    'Europe/Kyiv',
    'Europe/Kyiv',
    'Asia/Kolkata',
    'UTC',
    'UTC',
  ]);
});

test('a zone is known in any case', () => {
  assert.equal(['Europe/Berlin', 'europe/berlin', 'UTC'].map(checkedZone), [
    'Europe/Berlin',
    'Europe/Berlin',
    'UTC',
  ]);
});

const starts = [
  ['2026-01-01', 'UTC', '2026-01-01T00:00:00.000Z'],
  ['2026-01-01', 'Europe/Berlin', '2025-12-31T23:00:00.000Z'],
  ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
  ['2026-01-01', 'America/New_York', '2026-01-01T05:00:00.000Z'],
  ['2026-01-01', 'Asia/Kolkata', '2025-12-31T18:30:00.000Z'],
  ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00.000Z'],
  ['2026-01-01', 'America/St_Johns', '2026-01-01T03:30:00.000Z'],
  ['2026-01-01', 'Pacific/Chatham', '2025-12-31T10:15:00.000Z'],
  ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
  ['2026-01-01', 'Pacific/Pago_Pago', '2026-01-01T11:00:00.000Z'],
  ['2028-02-29', 'UTC', '2028-02-29T00:00:00.000Z'],
] as const;

for (const [key, zone, start] of starts) {
  test(`the day ${key} in ${zone} begins at ${start}`, () => {
    assert.is(startOfDay(key, zone)?.toISOString(), start);
  });
}

// The days of the clock changes in 2026. Where clocks change at midnight, a day has no 00:00, or two.
const changes = [
  ['Europe/Berlin', '2026-03-29', '2026-10-25'],
  ['America/New_York', '2026-03-08', '2026-11-01'],
  ['America/St_Johns', '2026-03-08', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-10-04', '2026-04-05'],
  ['Pacific/Chatham', '2026-09-27', '2026-04-05'],
  ['America/Nuuk', '2026-03-29', '2026-10-25'],
  ['Africa/Cairo', '2026-04-24', '2026-10-30'],
  ['Asia/Beirut', '2026-03-29', '2026-10-25'],
  ['America/Santiago', '2026-09-06', '2026-04-05'],
  ['America/Havana', '2026-03-08', '2026-11-01'],
  ['Atlantic/Azores', '2026-03-29', '2026-10-25'],
] as const;

for (const [zone, ...days] of changes) {
  test(`days begin neither late nor early at the clock changes in ${zone}`, () => {
    for (const key of days.flatMap((changed) => [changed, dayAfter(changed)])) {
      const start = startOfDay(key, zone)!;
      const about = [-1, 0].map((ms) => dayKey(new Date(start.getTime() + ms).toISOString(), zone));
      assert.is(about[1], key, `${key} begins ${start.toISOString()}`);
      assert.ok(about[0]! < key, `${key} begins ${start.toISOString()}`);
    }
  });
}

test('the day of a clock change is an hour, or half an hour, shorter or longer', () => {
  const hours = (key: string, zone: string) =>
    (startOfDay(dayAfter(key), zone)!.getTime() - startOfDay(key, zone)!.getTime()) / 3_600_000;
  assert.equal(
    ['2026-03-28', '2026-03-29', '2026-10-25'].map((key) => hours(key, 'Europe/Berlin')),
    [24, 23, 25],
  );
  assert.equal(
    ['2026-10-03', '2026-10-04', '2026-04-05'].map((key) => hours(key, 'Australia/Lord_Howe')),
    [24, 23.5, 24.5],
  );
});

test('a day that does not exist has no start', () => {
  for (const key of [
    '',
    'today',
    '2026-1-1',
    '2026-13-01',
    '2026-00-10',
    '2026-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-01-01T00:00',
    ' 2026-01-01',
    '2026-01-01\n',
    '+010000-01-01',
    '<b>',
  ]) {
    assert.is(startOfDay(key, 'Europe/Berlin'), undefined, key);
  }
});

test('dayAfter crosses the ends of months and years', () => {
  const days = [
    '2026-01-01',
    '2026-01-31',
    '2026-02-28',
    '2028-02-28',
    '2026-12-31',
    '2026-03-28',
    '2026-03-29',
  ];
  assert.equal(days.map(dayAfter), [
    '2026-01-02',
    '2026-02-01',
    '2026-03-01',
    '2028-02-29',
    '2027-01-01',
    '2026-03-29',
    '2026-03-30',
  ]);
});

test('the last day that can be written is 9999-12-31', () => {
  assert.is(startOfDay('9999-12-31', 'UTC')?.getUTCFullYear(), 9999);
  assert.is(startOfDay(dayAfter('9999-12-31'), 'UTC'), undefined);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkedZone, day, dayKey, time } from '../../server/dates.ts';

const test = suite('dates');

test('are shown in 24 hours, with the day in words and in figures', () => {
  const at = '2026-01-01T09:58:59.999Z';
  assert.equal([time(at, 'UTC'), day(at, 'UTC'), dayKey(at, 'UTC')], ['09:58', 'Thursday 1 January 2026', '2026-01-01']);
});

test('begin a day at 00:00', () => {
  assert.is(time('2026-01-01T00:00:00.000Z', 'UTC'), '00:00');
});

test('are shown in 12 hours to whoever wants that', () => {
  const times = ['00:05', '09:58', '12:00', '23:59'].map((at) => time(`2026-01-01T${at}:00.000Z`, 'UTC', 'h12'));
  assert.equal(times, ['12:05 am', '9:58 am', '12:00 pm', '11:59 pm']);
});

test('are those of the reader\'s zone, on either side of the day', () => {
  assert.equal([time('2026-01-01T23:30:00.000Z', 'Europe/Berlin'), day('2026-01-01T23:30:00.000Z', 'Europe/Berlin')], ['00:30', 'Friday 2 January 2026']);
  assert.equal([time('2026-01-01T03:00:00.000Z', 'America/New_York'), dayKey('2026-01-01T03:00:00.000Z', 'America/New_York')], ['22:00', '2025-12-31']);
});

test('follow the change to summer time', () => {
  assert.equal(['2026-03-29T00:59:00.000Z', '2026-03-29T01:00:00.000Z'].map((at) => time(at, 'Europe/Berlin')), ['01:59', '03:00']);
});

test('are in UTC where no zone is told, or none that there is', () => {
  for (const zone of [undefined, '', 'Mars/Base', '../etc', '<b>', 'Europe/Berlin\0', 'x'.repeat(5000)]) assert.is(checkedZone(zone), 'UTC');
});

test('know a zone by whatever case it is written in', () => {
  assert.equal(['Europe/Berlin', 'europe/berlin', 'UTC'].map(checkedZone), ['Europe/Berlin', 'Europe/Berlin', 'UTC']);
});

test.run();

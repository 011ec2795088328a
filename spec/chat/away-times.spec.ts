import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { DEFAULTS } from '../../server/chat/away.ts';
import { afterQuiet, dueAt, type TimeChoices } from '../../server/chat/away-times.ts';

const test = suite('times of what is told');

const at = (text: string) => Date.parse(text);
const due = (choices: Partial<TimeChoices>, since: string) => {
  const found = dueAt({ ...DEFAULTS, ...choices }, 'mail', at(since));
  return found === undefined ? undefined : new Date(found).toISOString();
};

const CASES: [what: string, choices: Partial<TimeChoices>, since: string, expected: string | undefined][] = [
  ['after a quarter of an hour', {}, '2026-01-01T12:00:05Z', '2026-01-01T12:15:05.000Z'],
  ['after the minutes that were chosen', { minutes: 1 }, '2026-01-01T12:00:00Z', '2026-01-01T12:01:00.000Z'],
  ['never', { mail: 'never' }, '2026-01-01T12:00:00Z', undefined],
  [
    'at the end of quiet hours',
    { quietFrom: 22, quietUntil: 7 },
    '2026-01-01T23:00:00Z',
    '2026-01-02T07:00:00.000Z',
  ],
  [
    'at the end of quiet hours that begin meanwhile',
    { quietFrom: 13, quietUntil: 14 },
    '2026-01-01T12:50:00Z',
    '2026-01-01T14:00:00.000Z',
  ],
  [
    'outside of quiet hours at once',
    { quietFrom: 22, quietUntil: 7 },
    '2026-01-01T12:00:00Z',
    '2026-01-01T12:15:00.000Z',
  ],
  ['at the hour of a day', { mail: 'daily', hour: 8 }, '2026-01-01T12:00:00Z', '2026-01-02T08:00:00.000Z'],
  [
    'at the hour of the same day',
    { mail: 'daily', hour: 18 },
    '2026-01-01T12:00:00Z',
    '2026-01-01T18:00:00.000Z',
  ],
  [
    'at the hour in a zone with half an hour',
    { mail: 'daily', hour: 8, zone: 'Asia/Kolkata' },
    '2026-01-01T12:00:00Z',
    '2026-01-02T02:30:00.000Z',
  ],
  [
    'at the hour in summer time',
    { mail: 'daily', hour: 8, zone: 'Europe/Berlin' },
    '2026-06-01T12:00:00Z',
    '2026-06-02T06:00:00.000Z',
  ],
  [
    'an hour later where the clocks leave the hour out',
    { mail: 'daily', hour: 2, zone: 'Europe/Berlin' },
    '2026-03-28T12:00:00Z',
    '2026-03-29T01:00:00.000Z',
  ],
  [
    'once where the clocks have the hour twice',
    { mail: 'daily', hour: 2, zone: 'Europe/Berlin' },
    '2026-10-25T00:00:01Z',
    '2026-10-26T01:00:00.000Z',
  ],
  [
    'an hour later where the clocks leave out the end of quiet hours',
    { quietFrom: 22, quietUntil: 2, zone: 'Europe/Berlin' },
    '2026-03-28T22:00:00Z',
    '2026-03-29T01:00:00.000Z',
  ],
  [
    'at the end of quiet hours on a longer night',
    { quietFrom: 22, quietUntil: 7, zone: 'Europe/Berlin' },
    '2026-10-24T21:00:00Z',
    '2026-10-25T06:00:00.000Z',
  ],
];

for (const [what, choices, since, expected] of CASES)
  test(`what has waited since a moment is told ${what}`, () => {
    assert.is(due(choices, since), expected);
  });

test('what could not be told in time waits for the end of quiet hours, once a day too', () => {
  const late = (choices: Partial<TimeChoices>, now: string) => {
    const quiet = { ...DEFAULTS, quietFrom: 22, quietUntil: 7, ...choices };
    return new Date(dueAt(quiet, 'mail', at('2026-01-01T20:00:00Z'), at(now))!).toISOString();
  };
  assert.is(late({}, '2026-01-01T21:59:00Z'), '2026-01-01T21:59:00.000Z');
  assert.is(late({}, '2026-01-01T23:10:00Z'), '2026-01-02T07:00:00.000Z');
  assert.is(late({ mail: 'daily', hour: 23 }, '2026-01-01T23:00:02Z'), '2026-01-01T23:00:00.000Z');
  assert.is(late({ mail: 'daily', hour: 21 }, '2026-01-01T23:10:00Z'), '2026-01-02T07:00:00.000Z');
});

test('quiet hours of no length are none', () => {
  assert.is(
    afterQuiet({ ...DEFAULTS, quietFrom: 5, quietUntil: 5 }, at('2026-01-01T05:30:00Z')),
    at('2026-01-01T05:30:00Z'),
  );
});

test.run();

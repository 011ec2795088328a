import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bucketsOf, excessOf, LIMITS, shareOf, waitFor, type Act } from '../../server/chat/limit.ts';
import { Limited } from '../../server/chat/errors.ts';

const test = suite('a limit');

const HOUR_MS = 3_600_000;
const FIVE_A_SECOND = { times: 5, withinMs: 1000 };

const wait = (wholeAt: number, now = 0) => waitFor(wholeAt, FIVE_A_SECOND, now);

test('allows so many at once, then one at a time at an even pace', () => {
  for (const [drawn, ms] of [
    [0, -800],
    [400, -400],
    [800, 0],
    [1000, 200],
  ] as const)
    assert.is(wait(drawn), ms);
  assert.is(wait(1000, 200), 0);
  assert.is(wait(1200, 200), 200);
});

test('holds no more than that however long nobody draws', () => {
  assert.is(wait(0, HOUR_MS), wait(HOUR_MS, HOUR_MS));
});

test('forgives what is drawn beyond all that it holds, as by a clock that was set back', () => {
  for (const [wholeAt, ms] of [
    [0, 0],
    [1000, 0],
    [1200, 200],
    [HOUR_MS, HOUR_MS - 1000],
  ] as const)
    assert.is(excessOf(wholeAt, FIVE_A_SECOND, 0), ms);
});

test('says in words how long to wait, and in seconds for a machine', () => {
  for (const [ms, words, seconds] of [
    [1, '1 second', 1],
    [4001, '5 seconds', 5],
    [60_000, '60 seconds', 60],
    [61_000, '2 minutes', 61],
    [HOUR_MS, '60 minutes', 3600],
  ] as const) {
    const { message, retryAfter } = new Limited('messages', ms);
    assert.equal(
      [message, retryAfter],
      [`Too many messages in a short time. Wait ${words}, then try again.`, seconds],
    );
  }
});

for (const [act, rule] of Object.entries(LIMITS)) {
  test(`on ${rule.what} counts each person and each address by itself, and keeps no address`, () => {
    const [own, other, elsewhere] = [
      bucketsOf(act as Act, '192.0.2.1', 1),
      bucketsOf(act as Act, '192.0.2.1', 2),
      bucketsOf(act as Act, '192.0.2.2', 1),
    ];
    assert.is(own.length, 'person' in rule ? 2 : 1);
    assert.is(own.at(-1)!.bucket, other.at(-1)!.bucket);
    assert.is.not(own.at(-1)!.bucket, elsewhere.at(-1)!.bucket);
    if ('person' in rule)
      assert.equal(
        [own[0]!.bucket === elsewhere[0]!.bucket, own[0]!.bucket === other[0]!.bucket],
        [true, false],
      );
    for (const { bucket } of own) assert.not.match(bucket, '192.0');
  });

  test(`on ${rule.what} is wider for an address than for a person, and gives back whole milliseconds`, () => {
    if ('person' in rule)
      assert.ok(
        rule.address.times / rule.address.withinMs >= (10 * rule.person.times) / rule.person.withinMs,
      );
    for (const limit of bucketsOf(act as Act, '', 1))
      assert.ok(Number.isInteger(shareOf(limit)), limit.bucket);
  });
}

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { RateLimited } from '../../server/chat/errors.ts';
import {
  bucketsFor,
  excessMs,
  type LimitedAction,
  RATE_LIMITS,
  refillMs,
  waitMs,
} from '../../server/chat/rate-limit.ts';

const test = suite('rate limit');

const HOUR_MS = 3_600_000;
const FIVE_A_SECOND = { times: 5, withinMs: 1000 };

const wait = (wholeAt: number, now = 0) => waitMs(wholeAt, FIVE_A_SECOND, now);

test('a rate limit allows a burst, then one action at a time at an even pace', () => {
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

test('a full bucket grows no further while nobody uses it', () => {
  assert.is(wait(0, HOUR_MS), wait(HOUR_MS, HOUR_MS));
});

test('a rate limit forgives what exceeds a full bucket, as after a clock was set back', () => {
  for (const [wholeAt, ms] of [
    [0, 0],
    [1000, 0],
    [1200, 200],
    [HOUR_MS, HOUR_MS - 1000],
  ] as const)
    assert.is(excessMs(wholeAt, FIVE_A_SECOND, 0), ms);
});

test('the refusal says how long to wait, in words and in seconds', () => {
  for (const [ms, words, seconds] of [
    [1, '1 second', 1],
    [4001, '5 seconds', 5],
    [60_000, '60 seconds', 60],
    [61_000, '2 minutes', 61],
    [HOUR_MS, '60 minutes', 3600],
  ] as const) {
    const { message, retryAfter } = new RateLimited('messages', ms);
    assert.equal(
      [message, retryAfter],
      [`Too many messages in a short time. Wait ${words}, then try again.`, seconds],
    );
  }
});

for (const [act, rule] of Object.entries(RATE_LIMITS)) {
  test(`the rate limit on ${rule.what} has one bucket for each user and each address, and stores no address`, () => {
    const [own, other, elsewhere] = [
      bucketsFor(act as LimitedAction, '192.0.2.1', 1),
      bucketsFor(act as LimitedAction, '192.0.2.1', 2),
      bucketsFor(act as LimitedAction, '192.0.2.2', 1),
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

  test(`the rate limit on ${rule.what} is at least ten times wider for an address than for a user, and refills in whole milliseconds`, () => {
    if ('person' in rule)
      assert.ok(
        rule.address.times / rule.address.withinMs >= (10 * rule.person.times) / rule.person.withinMs,
      );
    for (const limit of bucketsFor(act as LimitedAction, '', 1))
      assert.ok(Number.isInteger(refillMs(limit)), limit.bucket);
  });
}

test('many networks of one /48 share a bucket with ten times the limit of an address', () => {
  const [first, second, elsewhere] = ['2001:db8:1:1::', '2001:db8:1:2::', '2001:db8:2:1::'].map((address) =>
    bucketsFor('account', address),
  );
  assert.is(first!.length, 2);
  assert.is(first![0]!.bucket, second![0]!.bucket);
  assert.is.not(first![1]!.bucket, second![1]!.bucket);
  assert.is.not(first![0]!.bucket, elsewhere![0]!.bucket);
  assert.is(first![0]!.times, 10 * first![1]!.times);
  assert.is(bucketsFor('account', '192.0.2.1').length, 1);
});

test.run();

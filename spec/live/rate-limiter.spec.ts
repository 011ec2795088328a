import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { RateLimited } from '../../server/chat/errors.ts';
import { RATE_LIMITS } from '../../server/chat/rate-limit.ts';
import { TokenBucket } from '../../server/chat/token-bucket.ts';
import { RateLimiter } from '../../server/live/rate-limiter.ts';
import { later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('rate limiter');

const ADA = { user: { id: 1 }, address: '192.0.2.1', now: NOW };
const HOUR_MS = 3_600_000;
const ROOMS = RATE_LIMITS.room.person.times;

const consume = async (limits: RateLimiter, times: number, actor = ADA) => {
  for (let time = 0; time < times; time += 1) await limits.consume('room', actor);
};

test(
  'the limiter holds each user to their limit',
  withHouse(async ({ em }) => {
    const limits = new RateLimiter(em, true);
    await consume(limits, ROOMS);
    const refused = await refusal(RateLimited, consume(limits, 1));
    assert.is(refused.retryAfter, RATE_LIMITS.room.person.withinMs / ROOMS / 1000);
    await consume(limits, 1, { ...ADA, user: { id: 2 } });
    await limits.consume('search', ADA);
    await consume(limits, 1, { ...ADA, now: later(refused.retryAfter * 1000) });
  }),
);

test(
  'the limiter holds an address to its limit, over all users there',
  withHouse(async ({ em }) => {
    const limits = new RateLimiter(em, true);
    for (let id = 1; id <= 10; id += 1) await consume(limits, ROOMS, { ...ADA, user: { id } });
    await refusal(RateLimited, consume(limits, 1, { ...ADA, user: { id: 11 } }));
    await consume(limits, 1, { ...ADA, user: { id: 11 }, address: '192.0.2.2' });
  }),
);

test(
  'the limit holds when many requests come at once',
  withHouse(async ({ em }) => {
    const limits = new RateLimiter(em, true);
    const outcomes = await Promise.allSettled(Array.from({ length: ROOMS + 20 }, () => consume(limits, 1)));
    assert.is(outcomes.filter(({ status }) => status === 'fulfilled').length, ROOMS);
  }),
);

test(
  'a restart forgives nothing',
  withHouse(async ({ em }) => {
    const before = new RateLimiter(em, true);
    await consume(before, ROOMS);
    await before.flush(NOW);
    await refusal(RateLimited, consume(new RateLimiter(em, true), 1));
  }),
);

test(
  'processes share a limit once each has stored its part',
  withHouse(async ({ em }) => {
    const [one, other] = [new RateLimiter(em, true), new RateLimiter(em, true)];
    await consume(one, ROOMS / 2);
    await consume(other, ROOMS / 2);
    for (const limits of [one, other, one]) await limits.flush(NOW);
    await refusal(RateLimited, consume(one, 1));
    await refusal(RateLimited, consume(other, 1));
  }),
);

test(
  'the limiter counts what is used while it is storing',
  withHouse(async ({ em }) => {
    const limits = new RateLimiter(em, true);
    await consume(limits, ROOMS - 1);
    await Promise.all([limits.flush(NOW), consume(limits, 1)]);
    await limits.flush(NOW);
    await refusal(RateLimited, consume(limits, 1));
    await refusal(RateLimited, consume(new RateLimiter(em, true), 1));
  }),
);

test(
  'the limiter tells the true wait when two processes have overdrawn a bucket, and when the clock was set back',
  withHouse(async ({ em }) => {
    const [one, other] = [new RateLimiter(em, true), new RateLimiter(em, true)];
    for (const limits of [one, other]) await consume(limits, ROOMS);
    for (const limits of [one, other]) await limits.flush(NOW);
    for (const now of [NOW, later(-HOUR_MS)]) {
      const { retryAfter } = await refusal(RateLimited, consume(other, 1, { ...ADA, now }));
      await other.flush(now);
      await consume(other, 1, { ...ADA, now: new Date(now.getTime() + retryAfter * 1000) });
    }
  }),
);

test(
  'reading writes no row and reads none, refused or not, and is limited in each process by itself',
  withHouse(async ({ em }) => {
    const statements = { count: 0 };
    const counted = () => {
      statements.count += 1;
      return em();
    };
    const [one, other] = [new RateLimiter(counted, true), new RateLimiter(counted, true)];
    const { times, withinMs } = RATE_LIMITS.page.person;
    for (let count = 0; count < times; count += 1) await one.consume('page', ADA);
    const { retryAfter } = await refusal(RateLimited, one.consume('page', ADA));
    assert.is(retryAfter, Math.ceil(withinMs / times / 1000));
    await other.consume('page', ADA);
    assert.is(statements.count, 0);
    await one.flush(NOW);
    assert.is(await em().count(TokenBucket), 0);
    await refusal(RateLimited, one.consume('page', ADA));
    await one.flush(later(withinMs));
    await one.consume('page', { ...ADA, now: later(withinMs) });
  }),
);

test(
  'reading is allowed at once after the clock was set back',
  withHouse(async ({ em }) => {
    const limits = new RateLimiter(em, true);
    for (let count = 0; count < RATE_LIMITS.page.person.times; count += 1) await limits.consume('page', ADA);
    const { retryAfter } = await refusal(
      RateLimited,
      limits.consume('page', { ...ADA, now: later(-HOUR_MS) }),
    );
    await limits.consume('page', { ...ADA, now: later(-HOUR_MS + retryAfter * 1000) });
  }),
);

test(
  'a limiter that is switched off counts nothing',
  withHouse(async ({ em }) => {
    await consume(new RateLimiter(em, false), ROOMS + 1);
  }),
);

test.run();

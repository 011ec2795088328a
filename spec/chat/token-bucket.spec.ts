import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteFullBuckets, saveConsumption, TokenBucket, wholeAt } from '../../server/chat/token-bucket.ts';
import { later, NOW, withHouse } from '../support/domain.ts';

const test = suite('token bucket');

const HOUR_MS = 3_600_000;

test(
  'a bucket stores the sum of what all processes have drawn, and is deleted once it is full again',
  withHouse(async ({ em }) => {
    const now = NOW.getTime();
    const drawn = (bucket: string, since: number, ms: number) =>
      saveConsumption(em(), [{ bucket, since, ms }]).then((whole) => whole.get(bucket));
    assert.equal([...(await wholeAt(em(), ['a']))], [['a', 0]]);
    assert.is(await drawn('a', now, 300), now + 300);
    assert.is(await drawn('a', now + 100, 200), now + 500);
    assert.is(await drawn('a', now + HOUR_MS, 100), now + HOUR_MS + 100);
    await drawn('b', now, 300);
    await deleteFullBuckets(em(), later(300));
    assert.equal(
      (await em().find(TokenBucket, {})).map(({ bucket }) => bucket),
      ['a'],
    );
  }),
);

test(
  'a batch larger than one SQL statement takes stores each of its buckets',
  withHouse(async ({ em }) => {
    const now = NOW.getTime();
    const all = Array.from({ length: 450 }, (_, index) => ({
      bucket: `bucket ${index}`,
      since: now + index,
      ms: 100 + index,
    }));
    const expected = (times: number) =>
      all.map(({ bucket, since, ms }): [string, number] => [bucket, since + times * ms]).toSorted();
    assert.equal([...(await saveConsumption(em(), all))].toSorted(), expected(1));
    assert.equal([...(await saveConsumption(em(), all.toReversed()))].toSorted(), expected(2));
    assert.equal(
      [
        ...(await wholeAt(
          em(),
          all.map(({ bucket }) => bucket),
        )),
      ].toSorted(),
      expected(2),
    );
  }),
);

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Allowance, forgetAllowances, wholeAt, writeDrawn } from '../../server/chat/allowance.ts';
import { later, NOW, withHouse } from '../support/nouns.ts';

const test = suite('an allowance');

const HOUR_MS = 3_600_000;

test(
  'is written down as the sum of what processes let people draw, and forgotten once all has come back',
  withHouse(async ({ em }) => {
    const now = NOW.getTime();
    const drawn = (bucket: string, since: number, ms: number) =>
      writeDrawn(em(), [{ bucket, since, ms }]).then((whole) => whole.get(bucket));
    assert.equal([...(await wholeAt(em(), ['a']))], [['a', 0]]);
    assert.is(await drawn('a', now, 300), now + 300);
    assert.is(await drawn('a', now + 100, 200), now + 500);
    assert.is(await drawn('a', now + HOUR_MS, 100), now + HOUR_MS + 100);
    await drawn('b', now, 300);
    await forgetAllowances(em(), later(300));
    assert.equal(
      (await em().find(Allowance, {})).map(({ bucket }) => bucket),
      ['a'],
    );
  }),
);

test(
  'is written down for many at once, who are more than one statement takes, each as by itself',
  withHouse(async ({ em }) => {
    const now = NOW.getTime();
    const all = Array.from({ length: 450 }, (_, index) => ({
      bucket: `bucket ${index}`,
      since: now + index,
      ms: 100 + index,
    }));
    const expected = (times: number) =>
      all.map(({ bucket, since, ms }): [string, number] => [bucket, since + times * ms]).sort();
    assert.equal([...(await writeDrawn(em(), all))].sort(), expected(1));
    assert.equal([...(await writeDrawn(em(), all.toReversed()))].sort(), expected(2));
    assert.equal(
      [
        ...(await wholeAt(
          em(),
          all.map(({ bucket }) => bucket),
        )),
      ].sort(),
      expected(2),
    );
  }),
);

test.run();

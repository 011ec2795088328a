import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { release } from '../../server/chat/telling.ts';
import { tellingQueue } from '../../server/chat/telling-queue.ts';
import { claimed, said } from '../support/away.ts';
import { NOW, withHouse } from '../support/domain.ts';

const test = suite('the queue of what is told');

test(
  'operators see how many wait, and since when and why sending fails',
  withHouse(async (house) => {
    const look = async () => tellingQueue(await house.reader());
    assert.equal(await look(), { users: 0, failing: 0, oldest: 0, failure: undefined });
    await said(house);
    assert.equal(await look(), { users: 1, failing: 0, oldest: 0, failure: undefined });
    const claim = (await claimed(house, 15))!;
    await release(house.em(), claim, { now: NOW, failure: 'no answer', mayHaveArrived: true });
    assert.equal(await look(), { users: 1, failing: 1, oldest: NOW.getTime(), failure: 'no answer' });
  }),
);

test.run();

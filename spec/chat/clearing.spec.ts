import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { clearingTime, deleteInSlices } from '../../server/chat/clearing.ts';
import { LoginAttempt } from '../../server/chat/login-attempt.ts';
import { later, NOW, withHouse } from '../support/domain.ts';

const test = suite('clearing');

const HOUR_MS = 3_600_000;

test(
  'the time of clearing follows the clock, by two hours each time at most, and goes back with it',
  withHouse(async ({ em }) => {
    const hours = [0, 1, 30 * 24, 2, 3, -5, -4];
    const times: number[] = [];
    for (const hour of hours)
      times.push(((await clearingTime(em(), later(hour * HOUR_MS))).getTime() - NOW.getTime()) / HOUR_MS);
    assert.equal(times, [0, 1, 3, 2, 3, -5, -4]);
  }),
);

test(
  'rows are deleted in slices, those alone that are too old, and counted',
  withHouse(async ({ em }) => {
    const rows = Array.from({ length: 1203 }, () => ({ bucket: 'a hash', at: NOW }));
    await em().insertMany(LoginAttempt, [...rows, { bucket: 'a hash', at: later(1) }]);
    assert.is(await deleteInSlices(em(), LoginAttempt, { at: { $lte: NOW } }, 'id'), 1203);
    assert.is(await em().count(LoginAttempt), 1);
  }),
);

test.run();

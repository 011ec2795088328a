import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { RateLimited } from '../../server/chat/errors.ts';
import {
  attemptBuckets,
  deleteOldAttempts,
  LoginAttempt,
  recordAttempt,
  takeBackAttempt,
} from '../../server/chat/login-attempt.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('login attempt');

const WINDOW = 600_000;
const HOME = '192.0.2.1';

const logIn = ({ em }: House, account: string, address = HOME, now = NOW) =>
  recordAttempt(em(), attemptBuckets(account, address), now);
const times = async (count: number, act: (index: number) => Promise<unknown>) => {
  for (let index = 0; index < count; index += 1) await act(index);
};

test(
  'an account can be tried ten times from one address, and the refusal says how long to wait',
  withHouse(async (house) => {
    await times(10, () => logIn(house, 'ada'));
    const refused = await refusal(RateLimited, logIn(house, 'ada', HOME, later(1000)));
    assert.is(refused.retryAfter, 599);
    assert.is(refused.message, 'Too many wrong passwords in a short time. Wait 10 minutes, then try again.');
    assert.is(
      (await refusal(RateLimited, logIn(house, 'ada', HOME, later(WINDOW - 500)))).message,
      'Too many wrong passwords in a short time. Wait 1 second, then try again.',
    );
  }),
);

test(
  'ten attempts lock out neither the same account from another address nor another account',
  withHouse(async (house) => {
    await times(10, () => logIn(house, 'ada'));
    await refusal(RateLimited, logIn(house, 'ada'));
    await logIn(house, 'ada', '192.0.2.2');
    await logIn(house, 'grace');
  }),
);

test(
  'one address can try a hundred times, for any accounts',
  withHouse(async (house) => {
    await times(100, (index) => logIn(house, `account ${index}`));
    await refusal(RateLimited, logIn(house, 'one more'));
    await logIn(house, 'one more', '192.0.2.2');
  }),
);

test(
  'the count starts again after ten minutes, and not before',
  withHouse(async (house) => {
    await times(10, () => logIn(house, 'ada'));
    await refusal(RateLimited, logIn(house, 'ada', HOME, later(WINDOW - 1)));
    await times(10, () => logIn(house, 'ada', HOME, later(WINDOW)));
    await refusal(RateLimited, logIn(house, 'ada', HOME, later(2 * WINDOW - 1)));
  }),
);

test(
  'a right password takes back its own attempt, and not the wrong ones before it',
  withHouse(async (house) => {
    await times(9, () => logIn(house, 'ada'));
    await times(200, async () => {
      await takeBackAttempt(house.em(), await logIn(house, 'ada'));
    });
    await logIn(house, 'ada');
    await refusal(RateLimited, logIn(house, 'ada'));
  }),
);

test(
  'of attempts at once, those with a right password are all taken back, and the wrong ones stay',
  withHouse(async (house) => {
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const attempt = await logIn(house, 'ada');
        if (index % 2 === 0) await takeBackAttempt(house.em(), attempt);
      }),
    );
    assert.is(await house.em().count(LoginAttempt), 4 * 2);
  }),
);

test(
  'of thirty attempts at once, ten are allowed',
  withHouse(async (house) => {
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => logIn(house, 'ada')));
    assert.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 10);
  }),
);

test('the bucket of an attempt is a hash of fixed length, and reveals neither account nor address', () => {
  for (const account of ['ada', 'ada@example.org '.repeat(1000)]) {
    for (const { bucket } of attemptBuckets(account, HOME)) assert.match(bucket, /^(?!.*(ada|192)).{10,64}$/);
  }
});

test(
  'attempts are deleted once they no longer count',
  withHouse(async (house) => {
    await logIn(house, 'ada');
    await logIn(house, 'grace', '192.0.2.2', later(1));
    await deleteOldAttempts(house.em(), later(WINDOW));
    assert.equal(
      (await house.em().find(LoginAttempt, {})).map(({ bucket }) => bucket).toSorted(),
      attemptBuckets('grace', '192.0.2.2')
        .map(({ bucket }) => bucket)
        .toSorted(),
    );
  }),
);

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Attempt, attempt, forgetAttempts, forgive, passwordTrials } from '../../server/chat/attempt.ts';
import { Limited } from '../../server/chat/errors.ts';
import { later, NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('an attempt');

const WINDOW = 600_000;
const HOME = '192.0.2.1';

const logIn = ({ em }: House, account: string, address = HOME, now = NOW) =>
  attempt(em(), passwordTrials(account, address), now);
const times = async (count: number, act: (index: number) => Promise<void>) => {
  for (let index = 0; index < count; index += 1) await act(index);
};

test(
  'is allowed ten times for one account from one address, and says when to come again',
  withHouse(async (house) => {
    await times(10, () => logIn(house, 'ada'));
    const refused = await refusal(Limited, logIn(house, 'ada', HOME, later(1000)));
    assert.is(refused.retryAfter, 599);
    assert.is(refused.message, 'Too many wrong passwords in a short time. Wait 10 minutes, then try again.');
    assert.is(
      (await refusal(Limited, logIn(house, 'ada', HOME, later(WINDOW - 500)))).message,
      'Too many wrong passwords in a short time. Wait 1 second, then try again.',
    );
  }),
);

test(
  'by somebody elsewhere, or for another account, locks nobody out',
  withHouse(async (house) => {
    await times(10, () => logIn(house, 'ada'));
    await refusal(Limited, logIn(house, 'ada'));
    await logIn(house, 'ada', '192.0.2.2');
    await logIn(house, 'grace');
  }),
);

test(
  'is allowed a hundred times from one address, for whatever accounts',
  withHouse(async (house) => {
    await times(100, (index) => logIn(house, `account ${index}`));
    await refusal(Limited, logIn(house, 'one more'));
    await logIn(house, 'one more', '192.0.2.2');
  }),
);

test(
  'counts anew when ten minutes are over, and not before',
  withHouse(async (house) => {
    await times(10, () => logIn(house, 'ada'));
    await refusal(Limited, logIn(house, 'ada', HOME, later(WINDOW - 1)));
    await times(10, () => logIn(house, 'ada', HOME, later(WINDOW)));
    await refusal(Limited, logIn(house, 'ada', HOME, later(2 * WINDOW - 1)));
  }),
);

test(
  'that was right is forgiven, and those before it are not',
  withHouse(async (house) => {
    await times(9, () => logIn(house, 'ada'));
    await times(200, async () => {
      await logIn(house, 'ada');
      await forgive(house.em(), passwordTrials('ada', HOME));
    });
    await logIn(house, 'ada');
    await refusal(Limited, logIn(house, 'ada'));
  }),
);

test(
  'slips by no easier with thirty at once',
  withHouse(async (house) => {
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => logIn(house, 'ada')));
    assert.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 10);
  }),
);

test('is counted under what tells nobody who tried, and is as long as any', () => {
  for (const account of ['ada', 'ada@example.org '.repeat(1000)]) {
    for (const { bucket } of passwordTrials(account, HOME)) assert.match(bucket, /^(?!.*(ada|192)).{10,64}$/);
  }
});

test(
  'is forgotten once it no longer counts',
  withHouse(async (house) => {
    await logIn(house, 'ada');
    await logIn(house, 'grace', '192.0.2.2', later(1));
    await forgetAttempts(house.em(), later(WINDOW));
    assert.equal(
      (await house.em().find(Attempt, {})).map(({ bucket }) => bucket).sort(),
      passwordTrials('grace', '192.0.2.2')
        .map(({ bucket }) => bucket)
        .sort(),
    );
  }),
);

test.run();

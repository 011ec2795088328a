import * as assert from 'uvu/assert';
import { accountDetails, accountsPage } from '../../server/chat/accounts-shown.ts';
import { enrolMany, withHouse } from '../support/domain.ts';
import { suite } from '../support/suite.ts';

const test = suite('accounts as operators see them');

test(
  'the latest accounts come first, by pages, and a beginning finds usernames in any case',
  withHouse(async (house) => {
    await enrolMany(
      house.orm,
      Array.from({ length: 25 }, (_, number) => `user-${String(number).padStart(2, '0')}`),
    );
    const reader = await house.reader();
    const names = async (beginning: string, number: number) =>
      (await accountsPage(reader, beginning, number)).rows.map(({ username }) => username);
    assert.is((await names('', 1))[0], 'user-24');
    assert.equal((await names('', 2)).slice(-3), ['linus', 'grace', 'ada']);
    assert.equal(await names('GR', 1), ['grace']);
    assert.is((await names('user-', 2)).length, 5);
    for (const nothing of ['zz', 'us%', '_da', '\0']) assert.equal(await names(nothing, 1), [], nothing);
    assert.is((await accountDetails(reader, ' ADA '))?.username, 'ada');
    for (const wrong of ['nobody', '', '\0']) assert.is(await accountDetails(reader, wrong), undefined);
  }),
);

test.run();

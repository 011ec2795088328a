import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { SUSPENDED_PER_PAGE, suspendedPage } from '../../server/chat/suspended-users.ts';
import { User } from '../../server/chat/user.ts';
import { enrolMany, NOW, withHouse } from '../support/domain.ts';

const test = suite('suspended users');

test(
  'the list has suspended users with the reason, and no deleted account',
  withHouse(async (house) => {
    assert.equal((await suspendedPage(await house.reader(), 1)).rows, []);
    for (const username of ['linus', 'grace'])
      await house.em().nativeUpdate(User, { username }, { suspendedAt: NOW, suspendedFor: 'Rude.' });
    await house.em().nativeUpdate(User, { username: 'grace' }, { deletedAt: NOW });
    assert.equal((await suspendedPage(await house.reader(), 1)).rows, [
      { username: 'linus', suspendedAt: NOW, suspendedFor: 'Rude.' },
    ]);
  }),
);

test(
  'a long list is cut into pages by username',
  withHouse(async (house) => {
    const names = Array.from({ length: SUSPENDED_PER_PAGE + 1 }, (_, index) => `user-${100 + index}`);
    await enrolMany(house.orm, names.toReversed());
    await house.em().nativeUpdate(User, { username: { $in: names } }, { suspendedAt: NOW });
    const [first, second] = [
      await suspendedPage(await house.reader(), 1),
      await suspendedPage(await house.reader(), 2),
    ];
    assert.equal(
      [first, second].map(({ rows, hasNext }) => [rows.map(({ username }) => username), hasNext]),
      [
        [names.slice(0, -1), true],
        [names.slice(-1), false],
      ],
    );
  }),
);

test.run();

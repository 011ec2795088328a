import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { readPage, sortByUsername } from '../../server/chat/paging.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('paging');

test(
  'a page has at most its size of rows, and says whether rows follow',
  withHouse(async (house) => {
    const reader = await house.reader();
    const page = (number: number, size: number) =>
      readPage<{ username: string }>(
        reader,
        'select username from "user" where username <> ? order by username limit ? offset ?',
        ['linus'],
        { number, size },
      );
    const [ada, grace] = [{ username: 'ada' }, { username: 'grace' }];
    assert.equal(await page(1, 1), { rows: [ada], number: 1, hasNext: true });
    assert.equal(await page(2, 1), { rows: [grace], number: 2, hasNext: false });
    assert.equal(await page(1, 2), { rows: [ada, grace], number: 1, hasNext: false });
    assert.equal(await page(2 ** 31 - 1, 100), { rows: [], number: 2 ** 31 - 1, hasNext: false });
  }),
);

test('a page is sorted as people sort names', () => {
  const rows = ['Zoe', 'émile', 'ada', 'Emil'].map((username) => ({ username }));
  assert.equal(
    sortByUsername({ rows, number: 1, hasNext: false }).rows.map(({ username }) => username),
    ['ada', 'Emil', 'émile', 'Zoe'],
  );
});

test.run();

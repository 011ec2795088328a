import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { placeholders, rowOf } from '../../server/chat/reader.ts';
import { NOW, withHouse } from '../support/domain.ts';

const test = suite('reader');

test(
  'the reader returns rows by the names in the statement, with values in place of question marks',
  withHouse(async ({ reader }) => {
    const read = await reader();
    const sql = 'select id, username as "userName" from "user" where username = ? or id = ? order by id';
    assert.equal(await read.rows(sql, 'grace', 1), [
      { id: 1, userName: 'ada' },
      { id: 2, userName: 'grace' },
    ]);
    assert.equal(await rowOf(read, sql, "'; drop table user; --", 3), { id: 3, userName: 'linus' });
    assert.is(await rowOf(read, sql, '?', 99), undefined);
  }),
);

test(
  'a time is read in milliseconds',
  withHouse(async ({ reader }) => {
    const read = await reader();
    const row = await rowOf<{ at: unknown }>(read, 'select created_at as at from "user" where id = ?', 1);
    assert.is(read.time(row?.at), NOW.getTime());
  }),
);

test(
  'the reader sees no row of a transaction that has not committed',
  withHouse(async ({ reader, orm }) => {
    const read = await reader();
    const count = async () =>
      Number((await rowOf<{ count: number | string }>(read, 'select count(*) as count from room'))!.count);
    let during: Promise<number> | undefined;
    await orm.em
      .fork()
      .transactional(async (em) => {
        await em.execute(
          `insert into room (name, access, creator_id, created_at) values ('lobby', 'open', 1, '2026-01-01')`,
        );
        during = count();
        await new Promise(setImmediate);
        throw new Error('the power went');
      })
      .catch(() => {});
    assert.equal([await during, await count()], [0, 0]);
  }),
);

test('the number of placeholders is a power of two, so that few statements are kept', () => {
  assert.equal(placeholders([1, 2, 3]), { marks: '?, ?, ?, ?', values: [1, 2, 3, 3] });
  assert.equal(placeholders([5]), { marks: '?', values: [5] });
  assert.equal(placeholders([]), { marks: '?', values: [0] });
});

test.run();

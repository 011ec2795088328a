import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { lock } from '../../server/chat/lock.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('lock');

test(
  'a lock of rows that are not there, or of none, changes nothing',
  withHouse(async ({ as }) => {
    await as('ada', async (em) => {
      await lock(em, 'room', [999, 999]);
      await lock(em, 'user', []);
    });
  }),
);

// On SQLite the transaction itself keeps others out: see spec/database/two-processes.spec.ts.
if (process.env.SPEC_DATABASE === 'postgres')
  test(
    'rows stay locked until the transaction ends, and others do not',
    withHouse(async ({ as, em, room }) => {
      const [lobby, study] = [await room('ada', 'lobby'), await room('ada', 'study')];
      const take = (id: number) =>
        em()
          .execute('select id from room where id = ? for no key update nowait', [id])
          .then(
            () => 'free',
            (error: unknown) => (/could not obtain lock/.test(String(error)) ? 'locked' : String(error)),
          );
      await as('ada', async (inner) => {
        await lock(inner, 'room', [lobby, lobby]);
        assert.equal([await take(lobby), await take(study)], ['locked', 'free']);
      });
      assert.is(await take(lobby), 'free');
    }),
  );

test.run();

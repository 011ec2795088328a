import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { entryRecords } from '../../server/chat/entry-records.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('entry records');

test(
  'entry records are those between two seqs, in order, with their mentions',
  withHouse(async ({ room, enter, join, say, reader }) => {
    const lobby = await room('ada', 'lobby');
    await enter('ada', lobby);
    await join('grace', lobby);
    for (const body of ['one', 'to @grace', 'a@b', 'four']) await say('ada', lobby, body);
    const records = await entryRecords(await reader(), lobby, 2, 4);
    assert.equal(
      records.map(({ seq, body, mentions }) => [seq, body, mentions?.map(({ user }) => user.username)]),
      [
        [2, 'one', undefined],
        [3, 'to @grace', ['grace']],
        [4, 'a@b', []],
      ],
    );
    assert.equal(await entryRecords(await reader(), lobby, 4, 3), []);
    assert.equal(await entryRecords(await reader(), 99, 1, 9), []);
  }),
);

test.run();

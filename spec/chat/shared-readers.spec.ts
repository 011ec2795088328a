import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { noteResult } from '../../server/chat/run-result.ts';
import { beginRun, shareRun } from '../../server/chat/run.ts';
import { countReaders, countSharedReaders } from '../../server/chat/shared-readers.ts';
import { NOW, withHouse } from '../support/domain.ts';

const test = suite('counts of shared runs');

test('runs are counted by screen reader and version, and no other text of a user is', () => {
  const rows = [
    [1, 'Orca', '46'],
    [1, 'orca', '46'],
    [2, 'ORCA', '46'],
    [2, 'Orca', '46 <b>'],
    [3, 'NVDA', '2026.1'],
    [3, 'my own reader', '1'],
    [3, 'constructor', ''],
  ].map(([user, reader, version]) => ({ user, reader, version })) as Parameters<typeof countReaders>[0];
  assert.equal(countReaders(rows), [
    { reader: 'NVDA', version: '2026.1', runs: 1, people: 1 },
    { reader: 'Orca', version: '', runs: 1, people: 1 },
    { reader: 'Orca', version: '46', runs: 3, people: 2 },
  ]);
});

test(
  'only runs that are shared and have a result are counted',
  withHouse(async (house) => {
    const begin = () =>
      house.as('ada', (em, ada) => beginRun(em, ada, { reader: 'Orca', browser: 'Firefox' }, NOW));
    const share = (run: number) => house.as('ada', (em, ada) => shareRun(em, ada, run));
    const note = (run: number) =>
      house.as('ada', (em, ada) => noteResult(em, ada, { run, scene: 1 }, { verdict: 'late' }, NOW));
    await note(await begin());
    await share(await begin());
    assert.equal(await countSharedReaders(await house.reader()), []);
    const run = await begin();
    await note(run);
    await share(run);
    assert.equal(await countSharedReaders(await house.reader()), [
      { reader: 'Orca', version: '', runs: 1, people: 1 },
    ]);
  }),
);

test.run();

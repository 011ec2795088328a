import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Act, deleteOldActs, logActs, recordAct } from '../../server/chat/act.ts';
import { later, NOW, withHouse } from '../support/domain.ts';

const test = suite('act');

test(
  'each act is written to the log once, in order, with the numbers of who and whom',
  withHouse(async ({ em, id, reader }) => {
    const [ada, grace] = [await id('ada'), await id('grace')];
    await recordAct(em(), 'account suspended', { at: NOW, by: ada, user: grace });
    await recordAct(em(), 'room deleted', { at: later(1), room: 7 });
    const lines: object[] = [];
    for (let times = 0; times < 2; times += 1)
      await logActs(em(), await reader(), (line) => lines.push(line));
    assert.equal(lines, [
      { act: 'account suspended', at: NOW, by: ada, user: grace },
      { act: 'room deleted', at: later(1), by: 'command', room: 7 },
    ]);
  }),
);

test(
  'acts are kept for a year',
  withHouse(async ({ em }) => {
    await recordAct(em(), 'backup made', { at: NOW });
    await deleteOldActs(em(), later(365 * 86_400_000 - 1));
    assert.is(await em().count(Act), 1);
    await deleteOldActs(em(), later(365 * 86_400_000));
    assert.is(await em().count(Act), 0);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { noteResult, resultsOf } from '../../server/chat/run-result.ts';
import { beginRun } from '../../server/chat/run.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('results of runs');

const begin = (house: House) =>
  house.as('ada', (em, ada) => beginRun(em, ada, { reader: 'Orca', browser: 'Firefox' }, NOW));
const note = (house: House, username: string, run: number, typed: object, at = NOW) =>
  house.as(username, (em, user) => noteResult(em, user, { run, scene: 4 }, typed, at));

test(
  'a result is what the tester noted last for a scene',
  withHouse(async (house) => {
    const run = await begin(house);
    await note(house, 'ada', run, { verdict: 'late', heard: 'Ana', announced: '1.00 s  Ana: hello' });
    await note(house, 'ada', run, { verdict: 'expected', heard: 'Ana:\r\nhello' }, later(5000));
    assert.equal(await resultsOf(await house.reader(), run), [
      { scene: 4, verdict: 'expected', heard: 'Ana:\nhello', announced: '', notedAt: later(5000) },
    ]);
  }),
);

test(
  'a result is refused without a verdict of the list, and with long texts',
  withHouse(async (house) => {
    const run = await begin(house);
    const wrong = await refusal(
      Invalid,
      note(house, 'ada', run, { verdict: 'constructor', heard: 'x'.repeat(1001) }),
    );
    assert.equal(Object.keys(wrong.problems), ['verdict', 'heard']);
    await refusal(Invalid, note(house, 'ada', run, {}));
    assert.equal(await resultsOf(await house.reader(), run), []);
  }),
);

test.run();

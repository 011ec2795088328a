import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { importRun } from '../../server/chat/run-import.ts';
import { resultsOf } from '../../server/chat/run-result.ts';
import { Run, runOf } from '../../server/chat/run.ts';
import { RUN_FILES } from '../../server/routes/run-files.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('import of runs');

const isScene = (number: unknown) => typeof number === 'number' && number >= 1 && number <= 40;
const take = (house: House, file: unknown, now = NOW) =>
  house.as('ada', (em, ada) =>
    importRun(em, ada, typeof file === 'string' ? file : JSON.stringify(file), { isScene, now }),
  );
const FILE = {
  format: 'plainchat-run-1',
  at: { name: 'Orca', version: '46' },
  browser: { name: 'Firefox' },
  madeAt: '2026-01-01T00:00:00.000Z',
  testResults: [{ test: { id: 3 }, verdict: 'cut', scenarioResults: [{ output: 'Ana:\n“hello”' }] }],
};

test(
  'an export that is imported gives the same export',
  withHouse(async (house) => {
    const reader = await house.reader();
    const ada = await house.id('ada');
    const fileOf = async (run: number) =>
      RUN_FILES.json.content(await runOf(reader, ada, run), await resultsOf(reader, run), 'http://x');
    const first = await fileOf(await take(house, FILE));
    assert.equal(await fileOf(await take(house, first, later(60_000))), first);
  }),
);

const NO_EXPORT =
  'This is not the export of a run as JSON. Copy the whole file, from the first brace to the last.';
const NO_SCENE = 'The export has a scene that is not here. Remove its result, then import again.';
const NO_READER = 'Name your screen reader. If you use none, write “none”.';
/** What is no export, and what its refusal says. */
const WRONG: [file: unknown, sentence: string][] = [
  ['', NO_EXPORT],
  ['[]', NO_EXPORT],
  ['null', NO_EXPORT],
  ['{"format":"plainchat-run-2"}', NO_EXPORT],
  [{ format: FILE.format }, NO_READER],
  [{ ...FILE, at: { name: ['x'] } }, NO_READER],
  [{ ...FILE, settings: 'x'.repeat(501) }, 'This is too long. Use at most 500 characters.'],
  [
    { ...FILE, system: 'a\ud800' },
    'The text has an invalid character (NUL, or half of a character). Remove it.',
  ],
  [{ ...FILE, testResults: [{ test: { id: 41 }, verdict: 'cut' }] }, NO_SCENE],
  [{ ...FILE, testResults: [{ test: { id: '3' }, verdict: 'cut' }] }, NO_SCENE],
  [{ ...FILE, testResults: [null] }, 'There is no such choice. Choose one from the form.'],
  [
    { ...FILE, testResults: [...FILE.testResults, ...FILE.testResults] },
    'The export has two results of one scene. Remove one, then import again.',
  ],
  [
    { ...FILE, testResults: [{ test: { id: 1 }, verdict: 'constructor' }] },
    'There is no such choice. Choose one from the form.',
  ],
  [
    { ...FILE, testResults: [{ test: { id: 1 }, verdict: 'cut', announced: 'x'.repeat(1001) }] },
    'This is too long. Use at most 1,000 characters.',
  ],
];

test(
  'anything else is refused with a sentence, and nothing of it is kept',
  withHouse(async (house) => {
    for (const [file, sentence] of WRONG)
      assert.is((await refusal(Invalid, take(house, file))).problems.file, sentence);
    assert.is(await house.em().count(Run), 0);
  }),
);

test(
  'times of a file that are none, or not yet, become now',
  withHouse(async (house) => {
    for (const madeAt of ['soon', '2999-01-01', 7, '-000001-01-01T00:00:00Z']) {
      const run = await take(house, { ...FILE, madeAt });
      assert.equal((await runOf(await house.reader(), await house.id('ada'), run)).madeAt, NOW);
    }
  }),
);

test.run();

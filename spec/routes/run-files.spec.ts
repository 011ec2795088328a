import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { type ShownResult, type Verdict, VERDICTS } from '../../server/chat/run-result.ts';
import { SCENES } from '../../server/practice/scenes.ts';
import { compareRuns, RUN_FILES, toolsOf } from '../../server/routes/run-files.ts';
import { problemsOfEarl } from '../support/earl.ts';
import * as checks from '../support/shapes.ts';

const test = suite('files of runs');

const AT = new Date('2026-01-05T09:00:00.000Z');
const RUN = {
  id: 7,
  reader: 'Orca',
  readerVersion: '46',
  browser: 'Firefox',
  browserVersion: '',
  system: 'Debian',
  settings: '=1+1',
  secret: null,
  madeAt: AT,
};
const result = (scene: number, verdict: ShownResult['verdict'], heard = ''): ShownResult => ({
  scene,
  verdict,
  heard,
  announced: '',
  notedAt: AT,
});
const BASE = 'https://chat.example';

test('the JSON has the results in the words of ARIA-AT', () => {
  const file = JSON.parse(
    RUN_FILES.json.content(RUN, [result(1, 'expected', 'Ana'), result(3, 'cut')], BASE),
  );
  assert.equal([file.at, file.browser.name], [{ id: 'orca', name: 'Orca', version: '46' }, 'Firefox']);
  const [one, three] = file.testResults;
  assert.equal(one.test, {
    id: 1,
    title: 'One message',
    url: `${BASE}/practice/scenes/1`,
    at: { id: 'orca', name: 'Orca' },
    atMode: 'INTERACTION',
  });
  assert.is(one.scenarioResults[0].output, 'Ana');
  assert.equal(one.scenarioResults[0].assertionResults, [
    { assertion: { text: 'Ana: See you at ten.', priority: 'MUST' }, passed: true, failedReason: null },
    { assertion: { text: 'You hear it once.', priority: 'MUST' }, passed: true, failedReason: null },
  ]);
  assert.equal(three.scenarioResults[0].unexpectedBehaviors, [
    { id: 'OTHER', text: 'Cut off', otherUnexpectedBehaviorText: 'Cut off' },
  ]);
});

const { string, number, boolean, oneOf, list, nullable, shape } = checks;
/** A problem of ARIA-AT, in its older and in its newer words. */
const PROBLEM = {
  id: oneOf(
    'EXCESSIVELY_VERBOSE',
    'UNEXPECTED_CURSOR_POSITION',
    'SLUGGISH',
    'AT_CRASHED',
    'BROWSER_CRASHED',
    'OTHER',
  ),
  text: string,
};
/**
 * A result of a test as ARIA-AT has it: `AriaATTestResult.JSON` of w3c/aria-at, which is the format of results that
 * are submitted, and beside it what `ScenarioResult` of w3c/aria-at-app has in place of its older names.
 */
const ARIA_AT_RESULT = shape({
  test: shape({ title: string, at: shape({ id: string }), atMode: string, id: number }),
  completedAt: string,
  scenarioResults: list(
    shape({
      scenario: shape({
        command: shape({ id: string }),
        commands: list(shape({ id: string, text: string })),
      }),
      output: string,
      assertionResults: list(
        shape({
          assertion: shape({ text: string, priority: oneOf('MUST', 'SHOULD', 'MAY', 'EXCLUDE') }),
          passed: boolean,
          failedReason: nullable(oneOf('INCORRECT_OUTPUT', 'NO_OUTPUT')),
        }),
      ),
      unexpectedBehaviors: list(shape({ ...PROBLEM, otherUnexpectedBehaviorText: nullable(string) })),
      hasNegativeSideEffect: boolean,
      negativeSideEffects: list(shape({ ...PROBLEM, impact: oneOf('MODERATE', 'SEVERE'), details: string })),
    }),
  ),
});

test('each result of the JSON has the shape that ARIA-AT gives to results', () => {
  const results = (Object.keys(VERDICTS) as Verdict[]).map((verdict, index) => result(index + 1, verdict));
  const file = JSON.parse(RUN_FILES.json.content(RUN, results, BASE));
  assert.is(file.testResults.length, results.length);
  for (const one of file.testResults) assert.equal(ARIA_AT_RESULT(one, 'result'), []);
  const incomplete = { ...file.testResults[0].scenarioResults[0], output: undefined };
  assert.equal(ARIA_AT_RESULT({ ...file.testResults[0], scenarioResults: [incomplete] }, 'result'), [
    'result.scenarioResults.0.output',
  ]);
});

test('the JSON of a run through all scenes can be imported, which takes a form of 64 KiB', () => {
  const heard = 'Ana: See you at ten. 20 new messages from Ana, Bo and Cem.';
  const results = SCENES.map((_, index) => ({ ...result(index + 1, 'expected', heard), announced: heard }));
  const file = RUN_FILES.json.content(RUN, results, BASE);
  const length = new URLSearchParams({ file: file.replaceAll('\n', '\r\n') }).toString().length;
  assert.ok(length < 65_536, `${length} bytes`);
});

test('the EARL has an assertion with an outcome for each result, about terms of its context', () => {
  const file = JSON.parse(
    RUN_FILES.jsonld.content(RUN, [result(1, 'expected'), result(3, 'cut', 'x')], BASE),
  );
  const [tester, subject, ...assertions] = file['@graph'];
  assert.equal([tester['@type'], subject['@id']], ['earl:Assertor', '_:subject']);
  assert.equal(
    assertions.map((one: Record<string, { '@id': string }>) => one['earl:test']!['@id']),
    [1, 3].map((scene) => `${BASE}/practice/scenes/${scene}`),
  );
  assert.equal(
    assertions.map((one: Record<string, Record<string, object>>) => one['earl:result']!['earl:outcome']),
    [{ '@id': 'earl:passed' }, { '@id': 'earl:failed' }],
  );
  assert.equal(problemsOfEarl(file), []);
  delete assertions[0]['earl:result']['earl:outcome'];
  assertions[1]['earl:asserted'] = 'x';
  assert.equal(problemsOfEarl(file), ['2: outcome', '3: unknown term earl:asserted']);
});

test('the CSV has a row for each result, and no cell that a spreadsheet takes for a formula', () => {
  const heard = ['=HYPERLINK("x")', '+1', '-1', '@SUM(1)', '\t=1', '\uff1d1', 'say "hello",\nAna'];
  const file = RUN_FILES.csv.content(
    RUN,
    heard.map((text, index) => result(index + 1, 'other', text)),
    BASE,
  );
  const rows = file.split('\r\n');
  assert.is(rows.length, heard.length + 2);
  assert.match(rows[1]!, /^"1","One message","Otherwise wrong","'=HYPERLINK\(""x""\)",/);
  assert.match(rows[7]!, /"say ""hello"",\nAna"/);
  for (const row of rows.slice(0, -1)) assert.not.match(row, /"[\s]*[=+\-@\uff1d]/, row);
  assert.match(rows[1]!, /"'=1\+1"$/);
});

test('two runs are compared scene by scene: first what differs by its verdict, then by its words', () => {
  const compared = compareRuns(
    [result(1, 'expected', 'a'), result(2, 'expected', 'b'), result(3, 'late', 'c')],
    [result(1, 'expected', 'a '), result(2, 'expected', 'B'), result(3, 'expected', 'c'), result(5, 'cut')],
  );
  assert.equal(
    compared.map(({ scene, hasChanged, verdicts }) => [scene, hasChanged, ...verdicts]),
    [
      [3, true, 'late', 'expected'],
      [5, true, undefined, 'cut'],
      [2, true, 'expected', 'expected'],
      [1, false, 'expected', 'expected'],
    ],
  );
});

test('the tools of a run are named in one line, without what is not known', () => {
  assert.is(toolsOf(RUN), 'Orca 46, Firefox, Debian');
});

test.run();

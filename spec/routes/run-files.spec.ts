import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { ShownResult } from '../../server/chat/run-result.ts';
import { compareRuns, RUN_FILES, toolsOf } from '../../server/routes/run-files.ts';

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
  assert.equal([file.at, file.browser.name], [{ name: 'Orca', version: '46' }, 'Firefox']);
  const [one, three] = file.testResults;
  assert.equal(one.test, { id: 1, title: 'One message', url: `${BASE}/practice/scenes/1` });
  assert.is(one.scenarioResults[0].output, 'Ana');
  assert.equal(one.scenarioResults[0].assertionResults, [
    { assertion: { text: 'Ana: See you at ten.', priority: 'MUST' }, passed: true },
    { assertion: { text: 'You hear it once.', priority: 'MUST' }, passed: true },
  ]);
  assert.equal(three.scenarioResults[0].unexpectedBehaviors, [{ id: 'CUT', text: 'Cut off' }]);
});

/** What a report in EARL needs, in a small form of its schema. */
const EARL_ASSERTION = {
  '@type': 'earl:Assertion',
  'earl:assertedBy': { '@id': '_:tester' },
  'earl:subject': { '@id': '_:subject' },
  'earl:mode': { '@id': 'earl:manual' },
};

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
  for (const one of assertions)
    for (const [name, value] of Object.entries(EARL_ASSERTION)) assert.equal(one[name], value, name);
  const prefixes = [...JSON.stringify(file['@graph']).matchAll(/"(\w+):\w+":/g)].map(([, prefix]) => prefix!);
  for (const prefix of prefixes) assert.ok(file['@context'][prefix], prefix);
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

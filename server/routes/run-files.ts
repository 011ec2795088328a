import { FORMAT } from '../chat/run-import.ts';
import { type Verdict, VERDICTS, type ShownResult } from '../chat/run-result.ts';
import type { ShownRun } from '../chat/run.ts';
import { sceneOf } from '../practice/scenes.ts';

/** What stands for the tester, whose name they may not know. */
const READER_NAME = 'you';

/** A run as a file. @param base the address of this Plainchat, without a `/` at its end */
type Content = (run: ShownRun, results: ShownResult[], base: string) => string;

const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
const sceneAddress = (base: string, scene: number) => `${base}/practice/scenes/${scene}`;
const expectedIn = (scene: number): string[] => {
  const { heard, page = [], note } = sceneOf(scene);
  return [...heard, ...page, ...(note ? [note] : [])].map((text) => text.replaceAll('{reader}', READER_NAME));
};

/** What ARIA-AT knows to be wrong beside the assertions; all else is `OTHER`, with words. */
const SIDE_EFFECTS: Partial<Record<Verdict, string>> = { late: 'SLUGGISH' };

/** The result of a scene as one of ARIA-AT: one scenario, which is to begin the scene. */
function scenarioResult({ scene, verdict, heard }: ShownResult) {
  const isExpected = verdict === 'expected';
  const command = { id: `BEGIN_SCENE_${scene}`, text: `Begin scene ${scene}` };
  const failedReason = isExpected ? null : verdict === 'missing' ? 'NO_OUTPUT' : 'INCORRECT_OUTPUT';
  const [id, text] = [SIDE_EFFECTS[verdict] ?? 'OTHER', VERDICTS[verdict]];
  return {
    scenario: { command, commands: [command] },
    output: heard,
    assertionResults: expectedIn(scene).map((expected) => ({
      assertion: { text: expected, priority: 'MUST' },
      passed: isExpected,
      failedReason,
    })),
    unexpectedBehaviors: isExpected ? [] : [{ id, text, otherUnexpectedBehaviorText: text }],
    hasNegativeSideEffect: !isExpected,
    negativeSideEffects: isExpected ? [] : [{ id, text, impact: 'SEVERE', details: text }],
  };
}

/** In the words of ARIA-AT: results of tests, with scenarios, assertions and what was wrong beside them. */
const ariaAt: Content = (run, results, base) => {
  const at = { id: run.reader.toLowerCase().replace(/[^a-z\d]+/g, '_'), name: run.reader };
  const head = {
    format: FORMAT,
    at: { ...at, version: run.readerVersion },
    browser: { name: run.browser, version: run.browserVersion },
    system: run.system,
    settings: run.settings,
    madeAt: run.madeAt,
  };
  const lines = results.map((result) =>
    JSON.stringify({
      test: {
        id: result.scene,
        title: sceneOf(result.scene).name,
        url: sceneAddress(base, result.scene),
        at,
        atMode: 'INTERACTION',
      },
      scenarioResults: [scenarioResult(result)],
      verdict: result.verdict,
      announced: result.announced,
      completedAt: result.notedAt,
    }),
  );
  // A line for each result: an import is a form, where spaces and line ends count.
  return `${JSON.stringify(head).slice(0, -1)},"testResults":[\n${lines.join(',\n')}\n]}\n`;
};

/** Names of W3C's Evaluation and Report Language. */
const EARL_CONTEXT = {
  earl: 'http://www.w3.org/ns/earl#',
  dct: 'http://purl.org/dc/terms/',
};

const assertion = ({ scene, verdict, heard, notedAt }: ShownResult, base: string) => ({
  '@type': 'earl:Assertion',
  'earl:assertedBy': { '@id': '_:tester' },
  'earl:subject': { '@id': '_:subject' },
  'earl:mode': { '@id': 'earl:manual' },
  'earl:test': {
    '@id': sceneAddress(base, scene),
    '@type': 'earl:TestCase',
    'dct:title': `Scene ${scene}: ${sceneOf(scene).name}`,
  },
  'earl:result': {
    '@type': 'earl:TestResult',
    'earl:outcome': { '@id': verdict === 'expected' ? 'earl:passed' : 'earl:failed' },
    'earl:info': VERDICTS[verdict],
    'dct:description': heard,
    'dct:date': notedAt,
  },
});

const earl: Content = (run, results, base) =>
  json({
    '@context': EARL_CONTEXT,
    '@graph': [
      { '@id': '_:tester', '@type': 'earl:Assertor', 'dct:description': toolsOf(run) },
      {
        '@id': '_:subject',
        '@type': 'earl:TestSubject',
        'dct:title': 'Plainchat',
        'dct:source': base,
      },
      ...results.map((result) => assertion(result, base)),
    ],
  });

/** The screen reader, the browser and the system, as `Orca 46, Firefox 140, Debian 13`. */
export const toolsOf = ({ reader, readerVersion, browser, browserVersion, system }: ShownRun): string =>
  [[reader, readerVersion], [browser, browserVersion], [system]]
    .map((parts) => parts.filter(Boolean).join(' '))
    .filter(Boolean)
    .join(', ');

/** A spreadsheet runs a cell that begins with one of these as a formula. */
const FORMULA = /^[\s\u0000]*[=+\-@|%\uff0b\uff0d\uff1d\uff20]/;

/** A cell as text, whatever it begins with. */
const cell = (text: string) => `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

const csv: Content = (run, results) =>
  [
    ['Scene', 'Title', 'Verdict', 'Heard', 'Announced', 'Noted at', 'Tools', 'Settings'],
    ...results.map(({ scene, verdict, heard, announced, notedAt }) => [
      String(scene),
      sceneOf(scene).name,
      VERDICTS[verdict],
      heard,
      announced,
      notedAt.toISOString(),
      toolsOf(run),
      run.settings,
    ]),
  ]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');

/** The files of a run, by the ends of their addresses. */
export const RUN_FILES: Record<'json' | 'jsonld' | 'csv', { type: string; content: Content }> = {
  json: { type: 'application/json', content: ariaAt },
  jsonld: { type: 'application/ld+json', content: earl },
  csv: { type: 'text/csv; charset=utf-8', content: csv },
};

/** Two results of one scene, of two runs. */
export interface Compared {
  scene: number;
  title: string;
  /** `undefined` where the run has no result of the scene. */
  verdicts: [Verdict | undefined, Verdict | undefined];
  heard: [string, string];
  hasChanged: boolean;
}

/** The scenes of two runs side by side: what differs by its verdict first, then what differs by its words, then the rest. */
export function compareRuns(first: ShownResult[], second: ShownResult[]): Compared[] {
  const [one, two] = [first, second].map(
    (results) => new Map(results.map((result) => [result.scene, result])),
  );
  const scenes = [...new Set([...one!.keys(), ...two!.keys()])].toSorted((a, b) => a - b);
  const compared = scenes.map((scene): [rank: number, Compared] => {
    const [a, b] = [one!.get(scene), two!.get(scene)];
    const rank = a?.verdict !== b?.verdict ? 0 : a?.heard.trim() !== b?.heard.trim() ? 1 : 2;
    return [
      rank,
      {
        scene,
        title: sceneOf(scene).name,
        verdicts: [a?.verdict, b?.verdict],
        heard: [a?.heard ?? '', b?.heard ?? ''],
        hasChanged: rank < 2,
      },
    ];
  });
  return compared.toSorted(([a], [b]) => a - b).map(([, one]) => one);
}

/** The terms of the Evaluation and Report Language that reports here use, and of Dublin Core. */
const CLASSES = [
  'Assertion',
  'Assertor',
  'TestSubject',
  'TestCriterion',
  'TestCase',
  'TestRequirement',
  'TestResult',
];
const PROPERTIES = [
  'assertedBy',
  'subject',
  'test',
  'result',
  'mode',
  'outcome',
  'info',
  'pointer',
  'mainAssertor',
];
const DUBLIN_CORE = [
  'title',
  'description',
  'date',
  'source',
  'hasVersion',
  'hasPart',
  'isPartOf',
  'subject',
];
const MODES = ['automatic', 'manual', 'semiAuto', 'undisclosed', 'unknownMode'];
const OUTCOMES = ['passed', 'failed', 'cantTell', 'inapplicable', 'untested'];
const CONTEXT = { earl: 'http://www.w3.org/ns/earl#', dct: 'http://purl.org/dc/terms/' };

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What is wrong with a report by W3C's EARL 1.0 Schema: an assertion has one assertor, one subject, one test and one
 * result, each of its class; a result has one outcome; all terms are those of the vocabularies of the context.
 */
export function problemsOfEarl(report: unknown): string[] {
  const { '@context': context, '@graph': graph } = report as { '@context': object; '@graph': Node[] };
  const problems = JSON.stringify(context) === JSON.stringify(CONTEXT) ? [] : ['another context'];
  const named = new Map(graph.map((node) => [node['@id'], node]));
  const classOf = (value: unknown): unknown =>
    isNode(value) && (value['@type'] ?? named.get(value['@id'])?.['@type']);
  for (const [index, node] of graph.entries()) {
    const say = (what: string) => problems.push(`${index}: ${what}`);
    for (const term of termsIn(node)) if (!isKnown(term)) say(`unknown term ${term}`);
    if (node['@type'] !== 'earl:Assertion') continue;
    const is = (name: string, classes: string[]) =>
      classes.includes(String(classOf(node[`earl:${name}`])).replace('earl:', '')) || say(name);
    is('assertedBy', ['Assertor']);
    is('subject', ['TestSubject']);
    is('test', ['TestCriterion', 'TestCase', 'TestRequirement']);
    is('result', ['TestResult']);
    if (!isOneOf(node['earl:mode'], MODES)) say('mode');
    if (!isOneOf((node['earl:result'] as Node)['earl:outcome'], OUTCOMES)) say('outcome');
  }
  return problems;
}

const isOneOf = (value: unknown, names: string[]): boolean =>
  isNode(value) && names.some((name) => value['@id'] === `earl:${name}`);

const isKnown = (term: string): boolean =>
  [
    '@id',
    '@type',
    ...PROPERTIES.map((name) => `earl:${name}`),
    ...DUBLIN_CORE.map((name) => `dct:${name}`),
  ].includes(term) || CLASSES.some((name) => term === `a earl:${name}`);

/** The names of all properties, and `a` with the name of each class. */
function termsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(termsIn);
  if (!isNode(value)) return [];
  return Object.entries(value).flatMap(([name, one]) => [
    name,
    ...(name === '@type' ? [`a ${String(one)}`] : termsIn(one)),
  ]);
}

import heard from '../../templates/accessibility/heard.json' with { type: 'json' };
import topics from '../../templates/accessibility/rules.json' with { type: 'json' };
import tested from '../../templates/accessibility/tested.json' with { type: 'json' };
import { type CountedReader, countSharedReaders } from '../chat/shared-readers.ts';
import type { Handler } from '../context.ts';
import { VERSION } from '../version.ts';

/** GET /accessibility */
export const show: Handler = async (ctx) =>
  ctx.page('accessibility/show.njk', {
    topics,
    tested,
    heard,
    shared: await countSharedReaders(ctx.reader),
  });

/** GET /accessibility.jsonld: the same in W3C's Evaluation and Report Language */
export const earl: Handler = async (ctx) => {
  const base = ctx.env.publicUrl?.origin ?? ctx.origin;
  ctx.set('Content-Type', 'application/ld+json');
  ctx.body = `${JSON.stringify(earlOf(base, await countSharedReaders(ctx.reader)), null, 1)}\n`;
};

/** A rule of the statement. */
interface Rule {
  rule: string;
  spec?: string;
  test?: string;
  /** Why it is not kept. */
  why?: string;
  /** How it is kept without a spec. */
  held?: string;
}

interface Outcome {
  title: string;
  outcome: 'passed' | 'failed' | 'cantTell';
  mode: 'automatic' | 'manual';
  info?: string | undefined;
}

/** What is known of a rule. One that no spec holds is not proved by this report. */
const outcomeOf = ({ rule, spec, test, why, held }: Rule): Outcome => ({
  title: rule,
  outcome: why ? 'failed' : held ? 'cantTell' : 'passed',
  mode: spec ? 'automatic' : 'manual',
  info: why ?? held ?? `spec/${spec}.spec.ts: ${test}`,
});

/** The report: each rule, each page of the audit, and each known failure is an assertion. */
export function earlOf(base: string, shared: CountedReader[]): object {
  const rules = Object.values(topics as Record<string, Rule[]>).flat();
  const outcomes: Outcome[] = [
    ...rules.map(outcomeOf),
    ...tested.pages.map((page): Outcome => ({
      title: `The page “${page}” in ${tested.modes.length} modes`,
      outcome: 'passed',
      mode: 'automatic',
      info: `${tested.tools}, ${tested.date}`,
    })),
    ...heard.failures.map((title): Outcome => ({ title, outcome: 'failed', mode: 'manual' })),
  ];
  return {
    '@context': { earl: 'http://www.w3.org/ns/earl#', dct: 'http://purl.org/dc/terms/' },
    '@graph': [
      { '@id': '_:specs', '@type': 'earl:Assertor', 'dct:title': 'The specs of Plainchat' },
      {
        '@id': '_:subject',
        '@type': 'earl:TestSubject',
        'dct:title': 'Plainchat',
        'dct:hasVersion': VERSION,
        'dct:source': base,
        'dct:description': shared.map(inWords),
      },
      ...outcomes.map(assertion),
    ],
  };
}

const inWords = ({ reader, version, runs, people }: CountedReader) =>
  `${[reader, version].filter(Boolean).join(' ')}: shared runs: ${runs}, people: ${people}`;

const assertion = ({ title, outcome, mode, info }: Outcome) => ({
  '@type': 'earl:Assertion',
  'earl:assertedBy': { '@id': '_:specs' },
  'earl:subject': { '@id': '_:subject' },
  'earl:mode': { '@id': `earl:${mode}` },
  'earl:test': { '@type': 'earl:TestCriterion', 'dct:title': title },
  'earl:result': {
    '@type': 'earl:TestResult',
    'earl:outcome': { '@id': `earl:${outcome}` },
    ...(info && { 'earl:info': info }),
  },
});

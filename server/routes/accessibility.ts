import { readFile } from 'node:fs/promises';
import heard from '../../templates/accessibility/heard.json' with { type: 'json' };
import topics from '../../templates/accessibility/rules.json' with { type: 'json' };
import tested from '../../templates/accessibility/tested.json' with { type: 'json' };
import { NotFound } from '../chat/errors.ts';
import { type CountedReader, countSharedReaders } from '../chat/shared-readers.ts';
import type { Handler } from '../context.ts';
import { originOf } from '../middleware/origin.ts';
import { toYaml } from '../text/yaml.ts';
import { VERSION } from '../version.ts';
import { CHAPTERS, type Rule, RULES, specAddress, specFile } from './conformance.ts';
import { openAcr } from './openacr.ts';

/** GET /accessibility */
export const show: Handler = async (ctx) =>
  ctx.page('accessibility/show.njk', {
    topics,
    tested,
    heard,
    shared: await countSharedReaders(ctx.reader),
    specAddress,
  });

/** GET /accessibility/criteria: the tables of the report */
export const criteria: Handler = (ctx) =>
  ctx.page('accessibility/criteria.njk', { chapters: CHAPTERS, titles: TITLES, levels: LEVELS, specAddress });

/** GET /accessibility/specs/NAME.txt: what shows that a rule is kept */
export const spec: Handler = async (ctx) => {
  const { folder, name } = ctx.params;
  const file = specFile([folder, name].filter(Boolean).join('/'));
  if (!file)
    throw new NotFound(
      'There is no such spec here. Choose one from the accessibility statement, or look for it where the source code of Plainchat is published.',
    );
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = await readFile(file, 'utf8');
};

/** GET /accessibility.yaml: the same as an OpenACR, which programs of GSA read */
export const acr: Handler = async (ctx) => {
  const shared = await countSharedReaders(ctx.reader);
  ctx.set('Content-Type', 'application/yaml');
  ctx.body = toYaml(openAcr({ base: originOf(ctx), email: ctx.env.mailFrom, shared }));
};

/** GET /accessibility.jsonld: the same in W3C's Evaluation and Report Language */
export const earl: Handler = async (ctx) => {
  ctx.set('Content-Type', 'application/ld+json');
  ctx.body = `${JSON.stringify(earlOf(originOf(ctx), await countSharedReaders(ctx.reader)), null, 1)}\n`;
};

const TITLES: Record<string, string> = {
  success_criteria_level_a: 'WCAG 2.2, level A',
  success_criteria_level_aa: 'WCAG 2.2, level AA',
  success_criteria_level_aaa: 'WCAG 2.2, level AAA',
  en_301_549_functional_performance: 'EN 301 549, clause 4: functional performance statements',
  en_301_549_generic_requirements: 'EN 301 549, clause 5: generic requirements',
  en_301_549_software: 'EN 301 549, clause 11: software',
  en_301_549_documentation_and_support_services: 'EN 301 549, clause 12: documentation and support',
};
const LEVELS = {
  supports: 'Supports',
  'partially-supports': 'Partially supports',
  'not-applicable': 'Not applicable',
  'not-evaluated': 'Not evaluated',
};

interface Outcome {
  title: string;
  /** The success criteria on which it bears. */
  criteria?: string[];
  outcome: 'passed' | 'failed' | 'cantTell';
  mode: 'automatic' | 'manual';
  info?: string | undefined;
}

/** What is known of a rule. One that no spec holds is not proved by this report. */
const outcomeOf = ({ rule, criteria: on, spec, test, why, held }: Rule): Outcome => ({
  title: rule,
  criteria: on,
  outcome: why ? 'failed' : held ? 'cantTell' : 'passed',
  mode: spec ? 'automatic' : 'manual',
  info: why ?? held ?? `spec/${spec}.spec.ts: ${test}`,
});

/** The report: each rule, each page of the audit, and each known failure is an assertion. */
export function earlOf(base: string, shared: CountedReader[]): object {
  const outcomes: Outcome[] = [
    ...RULES.map(outcomeOf),
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

const assertion = ({ title, criteria: on = [], outcome, mode, info }: Outcome) => ({
  '@type': 'earl:Assertion',
  'earl:assertedBy': { '@id': '_:specs' },
  'earl:subject': { '@id': '_:subject' },
  'earl:mode': { '@id': `earl:${mode}` },
  'earl:test': {
    '@type': 'earl:TestCriterion',
    'dct:title': title,
    ...(on.length > 0 && { 'dct:subject': on.map((number) => `WCAG 2.2, ${number}`) }),
  },
  'earl:result': {
    '@type': 'earl:TestResult',
    'earl:outcome': { '@id': `earl:${outcome}` },
    ...(info && { 'earl:info': info }),
  },
});

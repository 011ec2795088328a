import { existsSync } from 'node:fs';
import criteria from '../../templates/accessibility/criteria.json' with { type: 'json' };
import topics from '../../templates/accessibility/rules.json' with { type: 'json' };
import tested from '../../templates/accessibility/tested.json' with { type: 'json' };

/** A rule of the accessibility statement. One of `spec` with `test`, `why` and `held` is given. */
export interface Rule {
  rule: string;
  /** The success criteria of WCAG on which it bears. */
  criteria: string[];
  spec?: string;
  test?: string;
  /** Why it is not kept. */
  why?: string;
  /** How it is kept without a spec. */
  held?: string;
}

/** A criterion of WCAG 2.2 or EN 301 549. Without any but the name, the rules and the audit tell how it is met. */
interface Criterion {
  name: string;
  /** Why it is not relevant. */
  inapplicable?: string;
  /** How it is met without a spec. */
  held?: string;
  spec?: string;
  test?: string;
  /** The criteria of WCAG that say the same. */
  as?: string[];
}

/** The words of OpenACR. */
export type Level = 'supports' | 'partially-supports' | 'not-applicable' | 'not-evaluated';

/** Something that is known about a criterion, and the spec that shows it. */
export interface Remark {
  words: string;
  spec?: string;
  test?: string;
}

/** What the report says about a criterion. */
export interface Conformance {
  num: string;
  name: string;
  level: Level;
  remarks: Remark[];
}

/** A table of the report. */
export interface Chapter {
  id: string;
  rows: Conformance[];
}

export const RULES: Rule[] = Object.values(topics as Record<string, Rule[]>).flat();
const WCAG: Record<string, Record<string, Criterion>> = criteria.wcag;
const EN_301_549: Record<string, Record<string, Criterion>> = criteria.en301549;
const AUDITED: Record<string, string[]> = tested.criteria;

/** The names of the specs that the statement names. */
const SPECS = new Set(
  [...RULES, ...Object.values(EN_301_549).flatMap((chapter) => Object.values(chapter))].flatMap(
    ({ spec }) => spec ?? [],
  ),
);
const fileOf = (spec: string): URL => new URL(`../../spec/${spec}.spec.ts`, import.meta.url);

/** The file of a spec; undefined if the statement does not name it, or the specs are not installed. */
export const specFile = (spec: string): URL | undefined =>
  SPECS.has(spec) && existsSync(fileOf(spec)) ? fileOf(spec) : undefined;

const areInstalled = [...SPECS].some(specFile);
/** Where a spec can be read; undefined if the specs are not installed. */
export const specAddress = (spec: string): string | undefined =>
  areInstalled ? `/accessibility/specs/${spec}.txt` : undefined;

const remarkOf = ({ rule, spec, test, why, held }: Rule): Remark =>
  why
    ? { words: `Not kept: ${rule} ${why}` }
    : held
      ? { words: `${rule} Held by no test: ${held}` }
      : { words: rule, spec: spec!, test: test! };

/** What the rules and the audit say about a criterion of WCAG. One that nobody looked at is not evaluated. */
function evaluated(num: string, { name, inapplicable, held }: Criterion): Conformance {
  if (inapplicable) return { num, name, level: 'not-applicable', remarks: [{ words: inapplicable }] };
  const rules = RULES.filter((rule) => rule.criteria.includes(num));
  const remarks: Remark[] = [
    ...rules.map(remarkOf),
    ...(held ? [{ words: `Held by no test: ${held}` }] : []),
    ...(AUDITED[num]
      ? [{ words: `The audit of every page finds nothing wrong by: ${AUDITED[num].join(', ')}.` }]
      : []),
  ];
  const isFailed = rules.some(({ why }) => why);
  if (remarks.length > 0) return { num, name, level: isFailed ? 'partially-supports' : 'supports', remarks };
  return { num, name, level: 'not-evaluated', remarks: [{ words: 'Nobody has evaluated this yet.' }] };
}

const WCAG_CHAPTERS: Chapter[] = Object.entries(WCAG).map(([id, chapter]) => ({
  id,
  rows: Object.entries(chapter).map(([num, criterion]) => evaluated(num, criterion)),
}));
const WCAG_ROWS = new Map(WCAG_CHAPTERS.flatMap(({ rows }) => rows).map((row) => [row.num, row]));

/** A criterion of EN 301 549 that says the same as some of WCAG is met as far as all of them are. */
function ofStandard(num: string, criterion: Criterion): Conformance {
  const { name, as, spec, test } = criterion;
  if (spec && test)
    return { num, name, level: 'supports', remarks: [{ words: `A spec shows it: ${test}.`, spec, test }] };
  if (!as) return evaluated(num, criterion);
  const isPartial = as.some((one) => WCAG_ROWS.get(one)!.level !== 'supports');
  return {
    num,
    name,
    level: isPartial ? 'partially-supports' : 'supports',
    remarks: [{ words: `See ${as.join(', ')} of WCAG.` }],
  };
}

/** The tables of the report, by the names that OpenACR gives them. */
export const CHAPTERS: readonly Chapter[] = [
  ...WCAG_CHAPTERS,
  ...Object.entries(EN_301_549).map(([id, chapter]) => ({
    id,
    rows: Object.entries(chapter).map(([num, criterion]) => ofStandard(num, criterion)),
  })),
];

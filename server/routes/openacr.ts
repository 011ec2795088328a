import criteria from '../../templates/accessibility/criteria.json' with { type: 'json' };
import heard from '../../templates/accessibility/heard.json' with { type: 'json' };
import tested from '../../templates/accessibility/tested.json' with { type: 'json' };
import type { CountedReader } from '../chat/shared-readers.ts';
import type { Yaml } from '../text/yaml.ts';
import { VERSION } from '../version.ts';
import { CHAPTERS, type Conformance, type Remark, specAddress } from './conformance.ts';

/** What differs from one Plainchat to another. */
interface Place {
  /** Its address, without a `/` at the end. */
  base: string;
  /** Where it can be written to. */
  email: string;
  shared: CountedReader[];
}

/** A report for GSA's OpenACR: WCAG 2.2 and EN 301 549, made of the rules, the audit and what was heard. */
export function openAcr({ base, email, shared }: Place): Record<string, Yaml> {
  return {
    title: 'Plainchat Accessibility Conformance Report',
    product: {
      name: 'Plainchat',
      version: VERSION,
      description:
        'Chat rooms that work without JavaScript, in every browser, and can be heard as well as seen.',
    },
    author: { name: `Plainchat at ${base}`, email, website: `${base}/accessibility` },
    report_date: tested.date,
    last_modified_date: tested.date,
    version: 1,
    notes: notesOf(shared),
    evaluation_methods_used: `${tested.pages.length} pages in ${tested.modes.length} modes with ${tested.tools}, on version ${tested.version}; specs in browsers, text browsers and without JavaScript; ${heard.screenReader}, of which the speech was recorded.`,
    license: 'MIT',
    feedback: `${base}/accessibility`,
    catalog: criteria.catalog,
    chapters: chaptersOf(base),
  };
}

const notesOf = (shared: CountedReader[]) =>
  [
    ...heard.failures.map((failure) => `Known to fail: ${failure}`),
    `Not tested yet with ${heard.untested.join(', ')}.`,
    ...shared.map(
      ({ reader, version, runs, people }) =>
        `Runs of testers with ${[reader, version].filter(Boolean).join(' ')}: ${runs}, by ${people}.`,
    ),
  ].join('\n\n');

function chaptersOf(base: string): Yaml {
  const remarks: Record<string, string> = criteria.remarks;
  const given = CHAPTERS.map(({ id, rows }): [string, Yaml] => [
    id,
    { notes: remarks[id], criteria: rows.map((row) => criterionOf(id, row, base)) },
  ]);
  const disabled = Object.entries(criteria.disabled).map(([id, notes]): [string, Yaml] => [
    id,
    { notes, disabled: true },
  ]);
  return {
    ...Object.fromEntries(given),
    en_301_549_web: { notes: remarks.en_301_549_web },
    ...Object.fromEntries(disabled),
  };
}

/** The criteria of WCAG are for the web; those of EN 301 549 name no component. */
const criterionOf = (chapter: string, { num, level, remarks }: Conformance, base: string): Yaml => ({
  num,
  components: [
    {
      name: chapter.startsWith('en_') ? 'none' : 'web',
      adherence: { level, notes: remarks.map((remark) => noteOf(remark, base)).join('\n\n') },
    },
  ],
});

const noteOf = ({ words, spec }: Remark, base: string): string => {
  if (!spec) return words;
  const address = specAddress(spec);
  return `${words} (${address ? `[${spec}](${base}${address})` : spec})`;
};

import * as fc from 'fast-check';
import { INVISIBLE, NAMES, UNSPACED_NAMES } from './scripts.ts';

/** How many random texts a property is tried with. */
const RUNS = 300;

/**
 * Fails if the property does not hold for some random value. The error has the seed, the shortest value for
 * which it fails, and its path. `SEED=…` repeats the run.
 */
export function alwaysHolds<T>(values: fc.Arbitrary<T>, property: (value: T) => void, runs = RUNS): void {
  fc.assert(fc.property(values, property), { numRuns: runs, ...seed() });
}

/** So many random values, and the seed that makes them, to name in a failure. */
export function sampleOf<T>(values: fc.Arbitrary<T>, count: number): { seed: number; values: T[] } {
  return { ...seed(), values: fc.sample(values, { numRuns: count, ...seed() }) };
}

/** The same for each run, so that a run that passes does so again. Others are tried with `SEED=…`. */
const SEED = 20_261_129;

const seed = (): { seed: number } => ({ seed: Number(process.env.SEED ?? SEED) });

const names = Object.values({ ...NAMES, ...UNSPACED_NAMES });
const marks = [
  '*',
  '**',
  '_',
  '`',
  '``',
  '@',
  '＠',
  '[',
  ']',
  '](https://x.example/)',
  '\\',
  '> ',
  '- ',
  '1. ',
];
const breaks = ['\n', '\r\n', '\u2028', '\u2029', '\u0085', '\v', '\f'];
const signs = [
  ' ',
  '\u00a0',
  '\u3000',
  '.',
  ',',
  ':',
  '/',
  '(',
  ')',
  '"',
  '“',
  '”',
  '。',
  '「',
  '」',
  '-',
  '=',
  '^',
  '🐘',
  '👩‍👧',
  '\u0301',
  '\t',
];
const addresses = [
  'https://example.org/a',
  'https://user@example.org/',
  'http://例え.jp/パス',
  'tiktok.example/@ada',
  'ada@example.org',
];
const controls = [
  '\u202a',
  '\u202b',
  '\u202c',
  '\u202d',
  '\u202e',
  '\u2066',
  '\u2067',
  '\u2068',
  '\u2069',
  '\u0007',
  '\u009b',
];

const part = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...names) },
  { weight: 6, arbitrary: fc.constantFrom(...marks) },
  { weight: 5, arbitrary: fc.constantFrom(...signs) },
  { weight: 1, arbitrary: fc.constantFrom(...addresses) },
  { weight: 1, arbitrary: fc.constantFrom(...controls, ...Object.values(INVISIBLE)) },
  {
    weight: 2,
    arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.replaceAll('\0', '')),
  },
);

/** A line as people might type or paste it: names in all scripts, marks, addresses, controls, any of Unicode. */
export const typedLine = fc
  .array(part, { maxLength: 14 })
  .map((parts) => parts.join('').replaceAll(/[\n\r\v\f\u0085\u2028\u2029]/g, ''));

/** As `typedLine`, of several lines. */
export const typedText = fc
  .array(fc.oneof({ weight: 8, arbitrary: part }, { weight: 2, arbitrary: fc.constantFrom(...breaks) }), {
    maxLength: 24,
  })
  .map((parts) => parts.join(''));

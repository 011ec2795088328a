// Runs the specs: all of them, or those whose path matches the arguments.
//   npm test                               all but the stories, on SQLite
//   npm run test:stories                   the stories: visits in browsers, and servers as processes
//   npm run test:postgres                  what a database can change, on PostgreSQL, which the run brings along
//   npm test -- chat/room stories          what matches one of these
//   npm test -- -stories                   what does not match
//   npm test -- feed --only 'renders once' the specs with this in their titles
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'uvu/parse';
import { MOST_SECOND_TRIES, SECOND_TRY } from './second-try.ts';
import { lastTimes, saveTimes } from './times.ts';
import type { Outcome } from './worker.ts';

/** A file of specs. */
interface Spec {
  name: string;
  file: string;
}

/** Whole visits, in browsers and on several servers: most of the time of all specs, and so a run of their own. */
const STORIES = 'stories/';
/** Is the same on each database: stories in browsers, and what opens no database or its own. */
const ON_ANY_DATABASE = [
  'config/',
  'database/plans',
  'files/folder',
  'files/image',
  'files/type',
  'heard/',
  'index',
  'licences',
  'practice/',
  'shape',
  'start',
  'static/',
  STORIES,
  'text/',
  'view/',
];
/** Stories of servers with a PostgreSQL. */
const OF_POSTGRES = ['stories/processes', 'stories/silence'];
/** There is nothing to tell of SQLite. */
const NOT_OF_SQLITE = ['stories/silence'];
/** The stories mostly wait, and so do clients of a server. */
const WORKERS = availableParallelism() + 2;
const SLOWEST = 10;
const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

const { values: options, positionals } = parseArgs({
  args: process.argv.slice(2).map((argument) => argument.replace(/^-(?=[a-z])/, 'not:')),
  options: {
    postgres: { type: 'boolean', default: false },
    stories: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
  allowPositionals: true,
});
const wanted = positionals.map((word) => word.replace(/^spec\//, '').replace(/^not:/, '-'));

const began = performance.now();
const sum = { passed: 0, skipped: 0, total: 0 };
const times = new Map<string, number>();
const secondTries: string[] = [];
const specs = await chosen();
const run = Array.from({ length: Math.min(WORKERS, specs.length) }, () => work());
await Promise.all(run);
report();

/** The specs to run. The one that took longest in the last run is the first. */
async function chosen(): Promise<Spec[]> {
  const { suites } = await parse(FOLDER, /\.spec\.ts$/);
  const last = lastTimes();
  const took = ({ name }: Spec) => last[name] ?? (name.startsWith(STORIES) ? Infinity : 0);
  const found = suites
    .map(({ name, file }) => ({ name: name.replaceAll('\\', '/'), file }))
    .filter(({ name }) => isWanted(name))
    .toSorted((a, b) => (took(b) > took(a) ? 1 : -1));
  // uvu passes in silence where nothing matches, and where a file forgets to run its suite.
  if (found.length === 0) fail(`No spec matches ${wanted.join(' ')}.`);
  for (const { name, file } of found)
    if (!readFileSync(file, 'utf8').includes('.run()')) fail(`${name} never runs: it lacks .run().`);
  return found;
}

/** Whether a file matches one of the words, or none that begins with a `-`. */
function isWanted(name: string): boolean {
  const isOneOf = (words: string[]) => words.some((word) => name.startsWith(word));
  if (wanted.length === 0) {
    if (options.postgres) return isOneOf(OF_POSTGRES) || !isOneOf(ON_ANY_DATABASE);
    return name.startsWith(STORIES) === options.stories && !isOneOf(NOT_OF_SQLITE);
  }
  return wanted.some((word) => (word.startsWith('-') ? !name.includes(word.slice(1)) : name.includes(word)));
}

/** Has a process run specs from the queue until it is empty, and prints and counts what comes of each. */
function work(): Promise<void> {
  const worker = fork(WORKER, [options.postgres ? 'postgres' : 'sqlite', options.only]);
  let spec: Spec | undefined;
  worker.on('message', (outcome: Outcome | 'ready') => {
    if (outcome !== 'ready') count(spec!, outcome);
    spec = specs.shift();
    if (spec) worker.send(spec.file);
    else worker.disconnect(); // which ends it
  });
  return new Promise((ended) =>
    worker.once('exit', (code) =>
      code === 0 && !spec ? ended() : fail(`${spec?.name ?? 'A process of specs'} did not come to an end.`),
    ),
  );
}

function count({ name }: Spec, outcome: Outcome): void {
  if (outcome.total > 0 || !options.only)
    process.stdout.write(`\n${name}${options.postgres ? ', on PostgreSQL' : ''}\n${outcome.printed}`);
  times.set(name, outcome.ms);
  for (const line of outcome.printed.split('\n'))
    if (line.startsWith(SECOND_TRY)) secondTries.push(line.slice(SECOND_TRY.length + 1));
  for (const key of ['passed', 'skipped', 'total'] as const) sum[key] += outcome[key];
}

/** Says again, at the end, which specs needed a second try. */
function reportSecondTries(): void {
  if (secondTries.length > 0) console.log('\nFailed at first, and passed or failed at the second try:');
  for (const title of secondTries) console.log(`          ${title}`);
  if (secondTries.length > MOST_SECOND_TRIES)
    console.log(`These are more than ${MOST_SECOND_TRIES}: the run has failed.`);
}

function report(): void {
  const slowest = [...times].toSorted(([, a], [, b]) => b - a).slice(0, SLOWEST);
  if (slowest.length > 1) console.log('\nThe slowest files, in ms:');
  if (slowest.length > 1)
    for (const [name, ms] of slowest) console.log(`${String(Math.round(ms)).padStart(8)}  ${name}`);
  reportSecondTries();
  console.log(
    `\n  Total:     ${sum.total}\n  Passed:    ${sum.passed}\n  Skipped:   ${sum.skipped}\n  Duration:  ${Math.round(performance.now() - began)} ms\n`,
  );
  if (!options.only && !options.postgres) saveTimes(times);
  const isSteady = secondTries.length <= MOST_SECOND_TRIES;
  process.exitCode = sum.passed === sum.total && sum.total > 0 && isSteady ? 0 : 1;
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

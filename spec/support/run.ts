// Runs the specs: all of them, or those whose path matches the arguments.
//   npm test                        everything, and what rests on the database on PostgreSQL too
//   npm test -- chat/room stories   what matches one of these
//   npm test -- -stories            what does not match
//   npm test -- --postgres          on PostgreSQL, which the run brings along: npm run test:postgres
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parse } from 'uvu/parse';
import type { Outcome } from './worker.ts';

/** A file of specs. */
interface Spec {
  name: string;
  file: string;
}

/** What is run after one another, by so many processes. */
interface Queue {
  specs: Spec[];
  workers: number;
  isOnPostgres: boolean;
}

const POSTGRES = '--postgres';
/** What takes longest is begun first. */
const LONG = ['stories/pages', 'stories/heard', 'abuse/table', 'stories/'];
/** What a database can be in the way of. */
const RULES = [
  'chat/',
  'database/full',
  'database/migrations',
  'database/open',
  'database/upgrade',
  'live/leases',
  'live/reads',
  'routes/messages',
];
/** The stories mostly wait, and so does whoever asks a server. */
const WORKERS = availableParallelism() + 1;
const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

const began = performance.now();
const sum = { passed: 0, skipped: 0, total: 0 };

const wanted = process.argv
  .slice(2)
  .filter((word) => word !== POSTGRES)
  .map((word) => word.replace(/^spec\//, ''));
const isOnPostgres = process.argv.includes(POSTGRES);
const all: Spec[] = (await parse(FOLDER, /\.spec\.ts$/)).suites.map(({ name, file }) => ({
  name: name.replaceAll('\\', '/'),
  file,
}));
const chosen = matching(wanted);
// uvu passes in silence where nothing matches, and where a file forgets to run its suite.
if (chosen.length === 0) fail(`No spec matches ${wanted.join(' ')}.`);
for (const { name, file } of chosen)
  if (!readFileSync(file, 'utf8').includes('.run()')) fail(`${name} never runs: it lacks .run().`);

const queues: Queue[] = [{ specs: chosen, workers: WORKERS, isOnPostgres }];
if (wanted.length === 0 && !isOnPostgres)
  queues.push({ specs: matching(RULES), workers: 1, isOnPostgres: true });
await Promise.all(
  queues.flatMap(({ specs, workers, isOnPostgres }) =>
    Array.from({ length: Math.min(workers, specs.length) }, () => run(specs, isOnPostgres)),
  ),
);

console.log(
  `\n  Total:     ${sum.total}\n  Passed:    ${sum.passed}\n  Skipped:   ${sum.skipped}\n  Duration:  ${Math.round(performance.now() - began)} ms\n`,
);
process.exitCode = sum.passed === sum.total && sum.total > 0 ? 0 : 1;

/** The specs that match one of the words, or none that begins with a `-`; the longest first. */
function matching(words: string[]): Spec[] {
  const isIn = (name: string) => (word: string) =>
    word.startsWith('-') ? !name.includes(word.slice(1)) : name.includes(word);
  const rank = ({ name }: Spec) => LONG.findIndex((word) => name.startsWith(word)) >>> 0; // -1, of those that are short, is the last
  return all
    .filter(({ name }) => words.length === 0 || words.some(isIn(name)))
    .sort((a, b) => rank(a) - rank(b));
}

/** Has a process run specs from the queue until it is empty, and prints and counts what comes of each. */
function run(specs: Spec[], isOnPostgres: boolean): Promise<void> {
  const worker = fork(WORKER, isOnPostgres ? [POSTGRES] : []);
  let spec: Spec | undefined;
  worker.on('message', (outcome: Outcome | 'ready') => {
    if (outcome !== 'ready') {
      const took = outcome.ms > 5000 ? `(${Math.round(outcome.ms)} ms)\n` : '';
      process.stdout.write(
        `\n${spec!.name}${isOnPostgres ? ', on PostgreSQL' : ''}\n${outcome.printed}${took}`,
      );
      for (const name of ['passed', 'skipped', 'total'] as const) sum[name] += outcome[name];
    }
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

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

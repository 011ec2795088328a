// Runs the specs: all of them, or those whose path matches the arguments.
//   npm test                        everything, the stories and PostgreSQL beside the rest
//   npm test -- chat/room stories   what matches one of these
//   npm test -- -stories            what does not match
//   npm test -- --postgres          on PostgreSQL, which the run brings along: npm run test:postgres
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'uvu/parse';

/** A suite that uvu has queued: gives what went wrong, how many passed, were skipped, and there were. */
type Suite = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

type Sum = Record<'passed' | 'skipped' | 'total', number>;

const POSTGRES = '--postgres';
/** The stories mostly wait, so they run beside the rest. */
const PARTS = [['stories/'], ['-stories/']];
/** What a database can be in the way of. */
const RULES = ['chat/', 'database/', 'live/leases', 'live/reads', 'routes/messages', 'routes/poll', 'routes/presence', 'routes/rooms', 'routes/sessions'];
const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const began = performance.now();
/** Ends what was started for all specs. */
let end: (() => Promise<void>) | undefined;
const sum: Sum = { passed: 0, skipped: 0, total: 0 };

const isOnPostgres = process.argv.includes(POSTGRES);
const wanted = process.argv.slice(2).filter((word) => word !== POSTGRES).map((word) => word.replace(/^spec\//, ''));
if (wanted.length === 0) await inParts(isOnPostgres ? PARTS.map((part) => [POSTGRES, ...part]) : [...PARTS, [POSTGRES, ...RULES]]);
if (isOnPostgres) await startPostgres();
const { suites } = await parse(FOLDER, /\.spec\.ts$/);
const matches = (name: string) => (word: string) => (word.startsWith('-') ? !name.includes(word.slice(1)) : name.includes(word));
const chosen = suites.filter(({ name }) => wanted.some(matches(name.replaceAll('\\', '/'))));

// uvu passes in silence where nothing matches, where a file forgets to run its suite, and where an
// error cannot be printed: so the counting is done here.
if (chosen.length === 0) fail(`No spec matches ${wanted.join(' ')}.`);
const uvu = globalThis as unknown as { UVU_DEFER: 1; UVU_INDEX: number; UVU_QUEUE: Suite[][] };
uvu.UVU_DEFER = 1;
await import('uvu');
for (const [index, { name, file }] of chosen.entries()) {
  if (!readFileSync(file, 'utf8').includes('.run()')) fail(`${name} never runs: it lacks .run().`);
  uvu.UVU_INDEX = index;
  uvu.UVU_QUEUE[index] = [];
  await import(pathToFileURL(file).href); // all before the first runs: suites that share a browser know the last of them
}
for (const [index, { name }] of chosen.entries()) {
  console.log(`\n${name}`);
  const start = performance.now();
  for (const suite of uvu.UVU_QUEUE[index] ?? []) {
    const [errors, passed, skipped, total] = await suite();
    if (typeof errors === 'string') console.log(errors);
    sum.passed += passed;
    sum.skipped += skipped;
    sum.total += total;
  }
  const took = Math.round(performance.now() - start);
  if (took > 5000) console.log(`(${took} ms)`);
}
await finish();

/** Runs parts of the specs beside each other; prints one after the other. */
async function inParts(words: string[][]): Promise<never> {
  const parts = words.map((part) => {
    const child = fork(fileURLToPath(import.meta.url), part, { silent: true });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += chunk));
    const counted = new Promise<Sum | undefined>((resolve) => {
      child.once('message', (sum) => resolve(sum as Sum));
      child.once('close', () => resolve(undefined));
    });
    return new Promise<void>((done) => child.once('close', async () => {
      console.log(printed.replace(/\n  Total:[^]*$/, ''));
      const ended = await counted;
      if (!ended) fail('A part of the specs did not come to an end.');
      for (const name of ['passed', 'skipped', 'total'] as const) sum[name] += ended[name];
      done();
    }));
  });
  await Promise.all(parts);
  return finish();
}

/** Has each spec have its database on a PostgreSQL of this run. Skips them all aloud where there can be none, and fails in CI. */
async function startPostgres(): Promise<void> {
  console.log('\nOn PostgreSQL');
  process.env.SPEC_DATABASE = 'postgres'; // for specs that have something more to say of it
  const { usePostgres, endDatabases } = await import('./database.ts');
  try {
    await usePostgres();
    end = endDatabases;
  } catch (error) {
    console.error(`SKIPPED: the specs on PostgreSQL. It does not start here: ${error}`);
    if (process.env.CI) fail('In CI it has to.');
    await finish();
  }
}

async function finish(): Promise<never> {
  await end?.();
  process.send?.(sum);
  console.log(`\n  Total:     ${sum.total}\n  Passed:    ${sum.passed}\n  Skipped:   ${sum.skipped}\n  Duration:  ${Math.round(performance.now() - began)} ms\n`);
  process.exitCode = sum.passed === sum.total && sum.total > 0 ? 0 : 1;
  process.disconnect?.();
  process.exit();
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

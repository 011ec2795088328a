// Runs the specs: all of them, or those whose path matches the arguments.
//   npm test                        everything
//   npm test -- chat/room stories   what matches one of these
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'uvu/parse';

/** A suite that uvu has queued: gives what went wrong, how many passed, were skipped, and there were. */
type Suite = () => Promise<[errors: string | true, passed: number, skipped: number, total: number]>;

const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const began = performance.now();

const wanted = process.argv.slice(2).map((word) => word.replace(/^spec\//, ''));
const { suites } = await parse(FOLDER, /\.spec\.ts$/);
const chosen = suites.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.replaceAll('\\', '/').includes(word)));

// uvu passes in silence where nothing matches, where a file forgets to run its suite, and where an
// error cannot be printed: so the counting is done here.
if (chosen.length === 0) fail(`No spec matches ${wanted.join(' ')}.`);
const uvu = globalThis as unknown as { UVU_DEFER: 1; UVU_INDEX: number; UVU_QUEUE: Suite[][] };
uvu.UVU_DEFER = 1;
await import('uvu');
const sum = { passed: 0, skipped: 0, total: 0 };
for (const [index, { name, file }] of chosen.entries()) {
  if (!readFileSync(file, 'utf8').includes('.run()')) fail(`${name} never runs: it lacks .run().`);
  uvu.UVU_INDEX = index;
  uvu.UVU_QUEUE[index] = [];
  await import(pathToFileURL(file).href); // all before the first runs: suites that share a browser know the last of them
}
for (const [index, { name }] of chosen.entries()) {
  console.log(`\n${name}`);
  for (const suite of uvu.UVU_QUEUE[index] ?? []) {
    const [errors, passed, skipped, total] = await suite();
    if (typeof errors === 'string') console.log(errors);
    sum.passed += passed;
    sum.skipped += skipped;
    sum.total += total;
  }
}
console.log(`\n  Total:     ${sum.total}\n  Passed:    ${sum.passed}\n  Skipped:   ${sum.skipped}\n  Duration:  ${Math.round(performance.now() - began)} ms\n`);
process.exitCode = sum.passed === sum.total && sum.total > 0 ? 0 : 1;

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

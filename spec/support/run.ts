// Runs the specs: all of them, or those whose path matches the arguments.
//   npm test                        everything
//   npm test -- chat/room stories   what matches one of these
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from 'uvu/run';
import { parse } from 'uvu/parse';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

const wanted = process.argv.slice(2).map((word) => word.replace(/^spec\//, ''));
const { suites } = await parse(FOLDER, /\.spec\.ts$/);
const chosen = suites.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.replaceAll('\\', '/').includes(word)));

// uvu passes in silence where nothing matches, and where a file forgets to run its suite.
if (chosen.length === 0) fail(`No spec matches ${wanted.join(' ')}.`);
for (const { name, file } of chosen) {
  if (!readFileSync(file, 'utf8').includes('.run()')) fail(`${name} never runs: it lacks .run().`);
}
await run(chosen);

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

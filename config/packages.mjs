// npm run packages: compares the packages that package.json names with their latest versions, and writes down
// in config/packages.json when that was, and which are behind. Needs the network; `npm run ci` reads the note.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = fileURLToPath(new URL('packages.json', import.meta.url));
const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
  readFileSync(`${root}package.json`, 'utf8'),
);
const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { behind: {} };

const { stdout } = spawnSync('npm', ['outdated', '--json'], { cwd: root, encoding: 'utf8' });
const outdated = JSON.parse(stdout || '{}');
if (outdated.error) {
  console.error(`The versions cannot be compared now: ${outdated.error.summary}`);
  process.exit(1);
}
/** A registry may have marked an older version as its latest. */
const isNewer = (one, other) => one.localeCompare(other, 'en', { numeric: true }) > 0;

const behind = Object.entries(outdated).flatMap(([name, { wanted, latest }]) =>
  !isNewer(latest, wanted) ? [] : [[name, { used: wanted, latest, why: before.behind[name]?.why ?? '' }]],
);
const note = {
  lookedAt: new Date().toISOString().slice(0, 10),
  packages: Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).toSorted(),
  behind: Object.fromEntries(behind),
};
writeFileSync(path, `${JSON.stringify(note, undefined, 2)}\n`);
for (const [name, { used, latest, why }] of Object.entries(note.behind))
  console.log(`${name} ${used}, latest ${latest}: ${why || 'say why in config/packages.json'}`);

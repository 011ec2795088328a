import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from './support/suite.ts';

const test = suite('packages');

const root = new URL('../', import.meta.url);
const json = (name: string) => JSON.parse(readFileSync(new URL(name, root), 'utf8')) as unknown;

interface Package {
  version?: string;
  license?: string;
  dev?: boolean;
  resolved?: string;
  integrity?: string;
}

/** When which packages were compared, and which are behind on purpose. */
interface Note {
  lookedAt: string;
  packages: string[];
  behind: Record<string, { used: string; latest: string; why: string }>;
}

/** Licences of what Plainchat runs with: each allows to use and to pass it on with Plainchat. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-0-Clause',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);
/** Further ones of what developers alone install. */
const FOR_DEVELOPERS = new Set(['CC BY-SA 4.0', 'MPL-2.0', 'WTFPL']);
/** libvips, under the LGPL: used as a library of its own, which anybody can exchange. */
const LIBRARIES = /^@img\/sharp-/;

function isAllowed({ name, license = '', dev = false }: Package & { name: string }): boolean {
  const needed = license.replace(/^\((.*)\)$/, '$1').split(' AND ');
  return needed.every((one) =>
    one
      .split(' OR ')
      .some(
        (choice) =>
          ALLOWED.has(choice) ||
          (dev && FOR_DEVELOPERS.has(choice)) ||
          (LIBRARIES.test(name) && choice === 'LGPL-3.0-or-later'),
      ),
  );
}

const { packages } = json('package-lock.json') as { packages: Record<string, Package> };
const installed = Object.entries(packages)
  .filter(([path]) => path.startsWith('node_modules/'))
  .map(([path, found]) => ({ name: path.split('node_modules/').at(-1)!, ...found }));

test('each package has a licence that goes with that of Plainchat', () => {
  assert.ok(installed.length > 100);
  const others = installed.filter((found) => !isAllowed(found));
  assert.equal(
    others.map(({ name, license }) => `${name}: ${license}`),
    [],
  );
});

test('each package comes from its registry by name, with a checksum', () => {
  for (const { name, resolved, integrity } of installed) {
    assert.ok(!resolved || !/^(git|file|http:)/.test(resolved), name);
    assert.match(integrity ?? '', /^sha512-/, name);
  }
});

test('it is written down when the versions of packages were compared with the latest ones', () => {
  const { dependencies, devDependencies, optionalDependencies } = json('package.json') as Record<
    string,
    Record<string, string>
  >;
  const note = json('config/packages.json') as Note;
  assert.match(note.lookedAt, /^\d{4}-\d\d-\d\d$/);
  const used = { ...dependencies, ...devDependencies, ...optionalDependencies };
  assert.equal(note.packages, Object.keys(used).toSorted(), 'compare them again by: npm run packages');
  for (const [name, { why }] of Object.entries(note.behind)) {
    assert.ok(name in used, name);
    assert.ok(why.length > 10, `config/packages.json has to say why ${name} is behind`);
  }
});

test.run();

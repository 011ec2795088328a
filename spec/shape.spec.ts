import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from './support/suite.ts';
import * as assert from 'uvu/assert';
import { routes } from '../server/routes/index.ts';

const test = suite('code structure');

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The files in a folder with this ending, as paths from the root. */
const files = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .toSorted();

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The imports of a file, types included: our own as paths from the root, packages by name. */
function importsOf(path: string): string[] {
  const named = [
    ...text(path).matchAll(
      /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
    ),
  ];
  return named
    .map(([, from, bare, late]) => (from ?? bare ?? late)!)
    .map((name) =>
      name.startsWith('.') ? relative(ROOT, join(ROOT, dirname(path), name)).replaceAll('\\', '/') : name,
    );
}

/** The imports that the rule forbids, as `FILE → IMPORT`. */
const against = (paths: string[], allowed: (imported: string) => boolean) =>
  paths.flatMap((path) =>
    importsOf(path)
      .filter((imported) => !allowed(imported))
      .map((imported) => `${path} → ${imported}`),
  );

const server = files('server', '.ts');
const specs = files('spec', '.spec.ts');
const templates = files('templates', '.njk');

test('these specs see every file and every import', () => {
  assert.ok(
    server.includes('server/chat/room.ts') &&
      specs.includes('spec/shape.spec.ts') &&
      templates.includes('templates/layout.njk'),
  );
  assert.ok(
    importsOf('server/app.ts').includes('koa') &&
      importsOf('server/app.ts').includes('server/routes/index.ts'),
  );
  assert.ok(importsOf('server/live/leases.ts').includes('server/chat/presence.ts'));
  for (const path of server)
    assert.is(
      importsOf(path).length,
      (text(path).match(/^(import|export .*\bfrom) |\bimport\(/gm) ?? []).length,
      path,
    );
});

/** Pure, and of server and browser alike: an example is said by what says the messages, and a file is refused in the same words. */
const SHARED = ['static/wording.ts', 'static/file-types.ts', 'static/refused-types.ts'];

/** What the files of each place may import besides their own place, from the bottom to the top. */
const ARROWS: Record<string, string[]> = {
  'server/text/': [],
  'server/chat/': ['server/text/'],
  'server/live/': ['server/text/', 'server/chat/'],
  'server/files/': ['server/text/', 'server/chat/', ...SHARED],
  'server/view/': ['server/text/', 'server/chat/', ...SHARED, 'static/arrangement.ts'], // pure: lines are laid out as the script does it
  'server/practice/': ['server/text/', 'server/view/'],
  'server/database/': ['server/text/', 'server/chat/', 'server/live/'],
  'server/away/': [
    'config/env.ts',
    'server/text/',
    'server/chat/',
    'server/live/',
    'server/mail.ts',
    'server/view/',
  ],
  'server/log.ts': ['config/env.ts'],
  'server/mail.ts': ['config/env.ts'],
  'server/version.ts': [],
  'server/metrics/': ['config/env.ts', 'server/chat/', 'server/live/', 'server/version.ts'],
  'server/keys.ts': ['server/chat/'],
  'server/context.ts': [
    'config/env.ts',
    'server/chat/',
    'server/files/',
    'server/live/',
    'server/view/',
    'server/log.ts',
    'server/mail.ts',
    'server/metrics/',
  ],
  'server/middleware/': [
    'server/context.ts',
    'server/text/',
    'server/chat/',
    'server/database/',
    'server/live/',
    'server/view/',
    ...SHARED,
  ],
  'server/routes/': [
    'server/context.ts',
    'server/version.ts',
    'server/mail.ts',
    'server/text/',
    'server/chat/',
    'server/database/',
    'server/live/',
    'server/middleware/',
    'server/practice/',
    'server/view/',
    'templates/accessibility/',
    ...SHARED,
  ],
};

/** An import that points upwards, as `FILE → IMPORT`; undefined for any other. */
function upward(path: string, imported: string): string | undefined {
  const [home, allowed] = Object.entries(ARROWS).find(([place]) => path.startsWith(place)) ?? [];
  if (!home || !/^(config|server|templates|static)\//.test(imported) || imported.startsWith(home))
    return undefined;
  return allowed!.some((place) => imported.startsWith(place)) ? undefined : `${path} → ${imported}`;
}

test('imports point one way: text ← chat ← live ← database, then middleware and routes', () => {
  const found = server.flatMap((path) => importsOf(path).flatMap((imported) => upward(path, imported) ?? []));
  assert.equal(found, []);
  for (const [path, imported] of [
    ['server/text/hash.ts', 'server/chat/room.ts'],
    ['server/chat/room.ts', 'server/live/feed.ts'],
    ['server/live/feed.ts', 'server/database/open.ts'],
    ['server/middleware/csrf.ts', 'server/routes/rooms.ts'],
    ['server/view/index.ts', 'server/context.ts'],
  ] as const)
    assert.ok(upward(path, imported), `${path} → ${imported} is not seen`);
});

/** The circle of imports through a file, as the path back to it; undefined if there is none. */
function circleFrom(start: string, imports: (path: string) => string[]): string[] | undefined {
  const seen = new Set<string>();
  const walk = (path: string, way: string[]): string[] | undefined => {
    for (const next of imports(path)) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}

test('no imports form a circle, types included', () => {
  const graph = new Map(
    [...server, ...files('config', '.ts'), ...files('static', '.ts')].map((path) => [path, importsOf(path)]),
  );
  const imports = (path: string) => graph.get(path) ?? [];
  for (const path of graph.keys()) assert.equal(circleFrom(path, imports), undefined);
  const planted = (path: string) =>
    path === 'server/chat/errors.ts' ? ['server/chat/post.ts'] : imports(path);
  assert.ok(circleFrom('server/chat/errors.ts', planted), 'a planted circle is not seen');
});

test('the root of server has at most eight files', () => {
  const root = readdirSync(join(ROOT, 'server'), { withFileTypes: true }).filter((one) => one.isFile());
  assert.ok(root.length <= 8, root.map(({ name }) => name).join(' '));
});

test('server/chat imports nothing of the web or of the view', () => {
  const web = /^(@?koa|nunjucks|node:https?$|proxy-addr|raw-body)/;
  assert.equal(
    against(files('server/chat', '.ts'), (imported) => !web.test(imported)),
    [],
  );
});

test('only the files that start a process read the environment', () => {
  const readers = server.filter((path) => /^import \{[^}]*\breadEnv\b/m.test(text(path)));
  assert.equal(
    readers.filter((path) => !/^server\/(index\.ts|commands\/)/.test(path)),
    [],
  );
});

test('only the app imports from routes, and it imports the table of addresses', () => {
  const outside = [...server, ...files('config', '.ts')].filter((path) => !path.startsWith('server/routes/'));
  const users = outside.filter((path) =>
    importsOf(path).some((imported) => imported.startsWith('server/routes/')),
  );
  assert.equal(users, ['server/app.ts']);
  assert.equal(
    against(
      server.filter((path) => path !== 'server/app.ts'),
      (imported) => imported !== 'server/routes/index.ts',
    ),
    [],
  );
});

test('only the view imports Nunjucks', () => {
  assert.equal(
    server.filter((path) => importsOf(path).includes('nunjucks')),
    ['server/view/index.ts'],
  );
});

test('every address has a handler from a route file, and no address is there twice', async () => {
  const handlers = new Set<unknown>();
  for (const path of files('server/routes', '.ts')) {
    for (const value of Object.values(
      (await import(pathToFileURL(join(ROOT, path)).href)) as Record<string, unknown>,
    ))
      handlers.add(value);
  }
  const layers = routes().stack;
  assert.ok(layers.length > 10);
  for (const { path, stack } of layers) assert.ok(handlers.has(stack.at(-1)), String(path));
  const addresses = layers.flatMap(({ methods, path }) =>
    methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${String(path)}`),
  );
  assert.equal(addresses, [...new Set(addresses)]);
});

test('only the table of addresses defines routes', () => {
  const tables = server.filter((path) =>
    /\b(router|app)\.(get|post|put|patch|delete|del|all)\(/.test(text(path)),
  );
  assert.equal(tables, ['server/routes/index.ts']);
});

test('every spec file runs its suite in its last line, and skips no spec', () => {
  for (const path of specs) assert.match(text(path).trimEnd(), /\.run\(\);(\n\})?$/, path);
  for (const path of specs) assert.not.match(text(path), /\.(only|skip)\(/, path);
});

test('each file of server/chat has a spec file of its name', () => {
  const nouns = files('server/chat', '.ts').filter((path) => !/\/(errors|checks)\.ts$/.test(path));
  assert.equal(
    nouns
      .map((path) => path.replace('server/', 'spec/').replace(/ts$/, 'spec.ts'))
      .filter((path) => !specs.includes(path)),
    [],
  );
});

const banned = [
  ['inline scripts', /<script(?![^>]*\ssrc=)/i],
  ['inline styles', /<style|\sstyle\s*=(?!"max-width: 40em; overflow-wrap: anywhere">)/i], // a mail has no style sheet
  ['inline event handlers', /[\s"']on[a-z]+\s*=|\shx-on\b/i],
  ['javascript: addresses', /javascript:/i],
  ['unescaped text', /\|\s*safe\b|autoescape/],
] as const;

for (const [what, pattern] of banned) {
  test(`templates have no ${what}`, () => {
    assert.equal(
      templates.filter((path) => pattern.test(text(path))),
      [],
    );
  });
}

test('spec/abuse/ASVS.md names no spec and no place in the code that is missing', () => {
  const named = [...text('spec/abuse/ASVS.md').matchAll(/`((?:spec|server|config)\/[^`]*\.ts)`/g)].map(
    ([, path]) => path!,
  );
  assert.ok(named.length > 50);
  assert.equal(
    [...new Set(named)].filter((path) => !existsSync(join(ROOT, path))),
    [],
  );
});

/** The documents that describe the code as it is now. A decision describes the code of its date. */
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'config/README.md',
  'server/README.md',
  'server/decisions/README.md',
  'server/live/README.md',
  'spec/README.md',
  'spec/abuse/ASVS.md',
];

/** What a document names: paths in backticks, and relative links and pictures. */
function pathsNamedIn(document: string): string[] {
  const patterns = [/`([a-z]+\/[^`\s]*)`/g, /\]\((?!https?:)([^)#]+)/g, /<img src="([^"]+)"/g];
  return patterns.flatMap((pattern) => [...text(document).matchAll(pattern)].map(([, path]) => path!));
}

/** Whether a path is there, from the root or from the folder of the document that names it. */
const isThere = (document: string, path: string): boolean =>
  [path, join(dirname(document), path)].some((place) => existsSync(join(ROOT, place)));

test('every path that a document names is there', () => {
  for (const document of DOCUMENTS) {
    const named = pathsNamedIn(document);
    assert.ok(named.length > 0, document);
    assert.equal(
      named.filter((path) => !isThere(document, path)),
      [],
      document,
    );
  }
});

test('README.md has at most 900 words', () => {
  assert.ok(text('README.md').trim().split(/\s+/).length <= 900);
});

test('one template alone renders entries', () => {
  assert.equal(
    templates.filter((path) => /id="m-/.test(text(path))),
    ['templates/entries/_entry.njk'],
  );
});

test.run();

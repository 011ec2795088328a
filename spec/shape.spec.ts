import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { routes } from '../server/routes/index.ts';

const test = suite('the shape of the house');

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The files below a folder that end so, as paths from the root. */
const files = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort();

const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** What a file imports, types too: paths from the root for our own, names for packages. */
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

/** The imports, as `FILE → WHAT`, of the files that the rule does not allow. */
const against = (paths: string[], allowed: (imported: string) => boolean) =>
  paths.flatMap((path) =>
    importsOf(path)
      .filter((imported) => !allowed(imported))
      .map((imported) => `${path} → ${imported}`),
  );

const server = files('server', '.ts');
const specs = files('spec', '.spec.ts');
const templates = files('templates', '.njk');

test('is seen whole by these specs', () => {
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

test('has in chat the rules alone, which know the ORM and neither the web nor what shows them', () => {
  assert.equal(
    against(files('server/chat', '.ts'), (imported) =>
      imported.startsWith('server/')
        ? imported.startsWith('server/chat/')
        : !/^(config\/|@?koa|nunjucks|node:https?$|proxy-addr|raw-body)/.test(imported),
    ),
    [],
  );
});

test('has in live what stands on chat and on nothing else of ours', () => {
  assert.equal(
    against(
      files('server/live', '.ts'),
      (imported) => !/^(config|server)\//.test(imported) || /^server\/(chat|live)\//.test(imported),
    ),
    [],
  );
});

test('has in files what stands on chat and on nothing else of ours', () => {
  assert.equal(
    against(
      files('server/files', '.ts'),
      (imported) => !/^(config|server)\//.test(imported) || /^server\/(chat|files)\//.test(imported),
    ),
    [],
  );
});

test('has routes that the app alone imports, and the table of addresses that nothing else does', () => {
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

test('has Nunjucks behind the view alone', () => {
  assert.equal(
    server.filter((path) => importsOf(path).includes('nunjucks')),
    ['server/view.ts'],
  );
});

test('has every address go to a handler of a route file, and each handler at an address once', async () => {
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

test('has every address in the table alone', () => {
  const tables = server.filter((path) =>
    /\b(router|app)\.(get|post|put|patch|delete|del|all)\(/.test(text(path)),
  );
  assert.equal(tables, ['server/routes/index.ts']);
});

test('has specs that run, to their last line, and all of them', () => {
  for (const path of specs) assert.match(text(path).trimEnd(), /\.run\(\);(\n\})?$/, path);
  for (const path of specs) assert.not.match(text(path), /\.(only|skip)\(/, path);
});

test('has a spec for each noun, named as it', () => {
  const nouns = files('server/chat', '.ts').filter((path) => !/\/(errors|text)\.ts$/.test(path));
  assert.equal(
    nouns
      .map((path) => path.replace('server/', 'spec/').replace(/ts$/, 'spec.ts'))
      .filter((path) => !specs.includes(path)),
    [],
  );
});

const banned = [
  ['inline scripts', /<script(?![^>]*\ssrc=)/i],
  ['inline styles', /<style|\sstyle\s*=/i],
  ['inline handlers of events', /[\s"']on[a-z]+\s*=|\shx-on\b/i],
  ['addresses that are script', /javascript:/i],
  ['text that is not escaped', /\|\s*safe\b|autoescape/],
] as const;

for (const [what, pattern] of banned) {
  test(`has templates without ${what}`, () => {
    assert.equal(
      templates.filter((path) => pattern.test(text(path))),
      [],
    );
  });
}

test('has in SECURITY.md no spec, and no place in the code, that is not there', () => {
  const named = [...text('SECURITY.md').matchAll(/`((?:spec|server|config)\/[^`]*\.ts)`/g)].map(
    ([, path]) => path!,
  );
  assert.ok(named.length > 50);
  assert.equal(
    [...new Set(named)].filter((path) => !existsSync(join(ROOT, path))),
    [],
  );
});

test('has entries put down by one template alone', () => {
  assert.equal(
    templates.filter((path) => /id="m-/.test(text(path))),
    ['templates/entries/_entry.njk'],
  );
});

test.run();

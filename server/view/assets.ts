import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type * as terser from 'terser';
import { cachedBuild } from './build-cache.ts';
import { type Script, readScripts } from './scripts.ts';

const require = createRequire(import.meta.url);
const FOLDER = new URL('../../static/', import.meta.url);
const HTMX = require.resolve('htmx.org/dist/htmx.min.js');
const TYPES: Record<string, string> = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

export interface Asset {
  type: string;
  bodies: Record<'br' | 'gzip' | 'identity', Buffer>;
}

/** The static files. Each has an address that contains a hash of its content, so that browsers may cache it for ever. */
export class Assets {
  readonly #built: BuiltAssets = cachedBuild('assets', sourcesHash(), build);

  /** Returns the address of a file, such as `/static/app-1f3a….css` for `app.css`. */
  address(name: string): string {
    return addressIn(this.#built, name);
  }

  /** Returns the addresses of a script's imports, for a page to preload. */
  imports(name: string): string[] {
    return this.#built.imports.get(name) ?? [];
  }

  at(address: string): Asset | undefined {
    return this.#built.byAddress.get(address);
  }
}

interface BuiltAssets {
  byAddress: Map<string, Asset>;
  /** The address of each file, by its name. */
  addresses: Map<string, string>;
  /** The addresses of a script's imports, by its name. */
  imports: Map<string, string[]>;
}

/** A hash of all that the assets are made of, including the code and the package that make them. */
function sourcesHash(): string {
  const files = readdirSync(FOLDER).map((name) => new URL(name, FOLDER));
  const makers = [
    import.meta.filename,
    new URL('scripts.ts', import.meta.url),
    require.resolve('terser/package.json'),
  ];
  const hash = createHash('sha256').update(process.version);
  for (const file of [HTMX, ...makers, ...files])
    hash.update(`\0${String(file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function build(): BuiltAssets {
  const built: BuiltAssets = { byAddress: new Map(), addresses: new Map(), imports: new Map() };
  add(built, 'htmx.js', readFileSync(HTMX, 'utf8'));
  for (const file of readdirSync(FOLDER)) {
    if (/\.(css|svg)$/.test(file)) add(built, file, readFileSync(new URL(file, FOLDER), 'utf8'));
  }
  for (const script of readScripts()) addScript(built, script);
  return built;
}

/** Adds a script under the name of each of its parts. Its imports must be added before: the script contains their addresses. */
function addScript(built: BuiltAssets, { name, parts, imports, code }: Script): void {
  const addressOf = (from: string) => addressIn(built, `${from}.js`);
  const lines = [...Map.groupBy(imports, ([from]) => addressOf(from))].map(
    ([address, all]) =>
      `import { ${all.flatMap(([, bindings]) => [...bindings]).join(', ')} } from '${address}';`,
  );
  add(built, `${name}.js`, minified([...lines, code].join('\n')));
  const addresses = [...imports.keys()].flatMap((from) => [
    ...(built.imports.get(`${from}.js`) ?? []),
    addressOf(from),
  ]);
  built.imports.set(`${name}.js`, [...new Set(addresses)]);
  for (const part of parts) built.addresses.set(`${part}.js`, addressOf(name));
}

function minified(code: string): string {
  const { minify_sync: minify } = require('terser') as typeof terser; // large, and rarely needed
  return minify(code, { module: true, ecma: 2020, compress: { passes: 3 } }).code ?? '';
}

function add(built: BuiltAssets, name: string, text: string): void {
  const [, stem, ending = ''] = /^(.+)\.(\w+)$/.exec(name) ?? [];
  const identity = Buffer.from(text);
  const address = `/static/${stem}-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}.${ending}`;
  built.addresses.set(name, address);
  built.byAddress.set(address, {
    type: TYPES[ending] ?? 'text/plain',
    bodies: { br: brotliCompressSync(identity), gzip: gzipSync(identity), identity },
  });
}

function addressIn({ addresses }: BuiltAssets, name: string): string {
  const address = addresses.get(name);
  if (!address) throw new Error(`There is no static file ${name}.`);
  return address;
}

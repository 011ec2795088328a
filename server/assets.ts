import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { minify_sync as minify } from 'terser';
import type { Middleware } from './context.ts';

const FOLDER = new URL('../static/', import.meta.url);
const TYPES: Record<string, string> = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

interface Asset {
  type: string;
  bodies: Record<'br' | 'gzip' | 'identity', Buffer>;
}

/** The files that pages ask for, each under an address that changes with its content. */
export class Assets {
  readonly #byAddress = new Map<string, Asset>();
  readonly #addresses = new Map<string, string>();
  readonly #imports = new Map<string, Set<string>>();

  constructor() {
    const htmx = createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js');
    this.#add('htmx.js', readFileSync(htmx, 'utf8'));
    for (const file of readdirSync(FOLDER)) {
      if (file.endsWith('.ts')) this.#addScript(file);
      else if (/\.(css|svg)$/.test(file)) this.#add(file, read(file));
    }
  }

  /** Returns the address of a file, such as `/static/app-1f3a….css` for `app.css`. */
  address(name: string): string {
    const address = this.#addresses.get(name);
    if (!address) throw new Error(`There is no static file ${name}.`);
    return address;
  }

  /** Returns the addresses of what a script imports, for a page to ask for them with it. */
  imports(name: string): string[] {
    return [...(this.#imports.get(name) ?? [])];
  }

  /** Answers for the addresses of files, and lets everything else pass. */
  readonly serve: Middleware = async (ctx, next) => {
    const asset = ctx.method === 'GET' || ctx.method === 'HEAD' ? this.#byAddress.get(ctx.path) : undefined;
    if (!asset) return next();
    const encoding = (ctx.acceptsEncodings('br', 'gzip', 'identity') || 'identity') as keyof Asset['bodies'];
    ctx.remove('Pragma');
    ctx.set({ 'Cache-Control': 'public, max-age=31536000, immutable', Vary: 'Accept-Encoding' });
    if (encoding !== 'identity') ctx.set('Content-Encoding', encoding);
    ctx.response.type = asset.type;
    ctx.body = asset.bodies[encoding];
  };

  /** Adds a script, and what it imports before it: the address of that, which is in it, comes from its content. */
  #addScript(file: string): void {
    const name = file.replace(/ts$/, 'js');
    if (this.#addresses.has(name)) return;
    const imports = new Set<string>();
    this.#imports.set(name, imports);
    const code = stripTypeScriptTypes(read(file)).replace(
      /(?<=^import [^;]*? from ')\.\/([\w-]+)\.ts(?=')/gm,
      (_, stem: string) => {
        this.#addScript(`${stem}.ts`);
        const address = this.address(`${stem}.js`);
        for (const each of [address, ...this.imports(`${stem}.js`)]) imports.add(each);
        return address;
      },
    );
    this.#add(name, minify(code, { module: true }).code ?? '');
  }

  #add(name: string, text: string): void {
    const [, stem, ending = ''] = /^(.+)\.(\w+)$/.exec(name) ?? [];
    const identity = Buffer.from(text);
    const address = `/static/${stem}-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}.${ending}`;
    this.#addresses.set(name, address);
    this.#byAddress.set(address, {
      type: TYPES[ending] ?? 'text/plain',
      bodies: { br: brotliCompressSync(identity), gzip: gzipSync(identity), identity },
    });
  }
}

const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');

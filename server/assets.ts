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

  constructor() {
    const htmx = createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js');
    this.#add('htmx.js', readFileSync(htmx, 'utf8'));
    for (const file of readdirSync(FOLDER)) {
      const text = () => readFileSync(new URL(file, FOLDER), 'utf8');
      if (file.endsWith('.ts')) this.#add(file.replace(/ts$/, 'js'), minify(stripTypeScriptTypes(text()), { module: true }).code ?? '');
      else if (/\.(css|svg)$/.test(file)) this.#add(file, text());
    }
  }

  /** Returns the address of a file, such as `/static/app-1f3a….css` for `app.css`. */
  address(name: string): string {
    const address = this.#addresses.get(name);
    if (!address) throw new Error(`There is no static file ${name}.`);
    return address;
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

  #add(name: string, text: string): void {
    const [, stem, ending = ''] = /^(.+)\.(\w+)$/.exec(name) ?? [];
    const identity = Buffer.from(text);
    const address = `/static/${stem}-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}.${ending}`;
    this.#addresses.set(name, address);
    this.#byAddress.set(address, { type: TYPES[ending] ?? 'text/plain', bodies: { br: brotliCompressSync(identity), gzip: gzipSync(identity), identity } });
  }
}

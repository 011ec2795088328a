import Koa from 'koa';
import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Context } from '../../server/context.ts';
import { compression } from '../../server/middleware/compression.ts';
import { compressedPiece, gzipped } from '../../server/view/gzip.ts';
import { withApp } from '../support/app.ts';
import { images } from '../support/files.ts';

const test = suite('compressed answers');

interface Raw {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request, and leaves the body as it comes over the wire. */
function raw(base: string, path: string, headers: Record<string, string>, method = 'GET'): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(base, { path, method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(parts) }),
      );
    });
    sent.on('error', reject).end();
  });
}

const DECOMPRESS: Record<string, (body: Buffer) => Buffer> = { br: brotliDecompressSync, gzip: gunzipSync };

for (const [accepted, encoding] of [
  ['gzip, deflate, br, zstd', 'br'],
  ['br', 'br'],
  ['gzip', 'gzip'],
  ['identity', undefined],
  ['', undefined],
] as const) {
  test(
    `pages, refusals and JSON are sent ${encoding ? `by ${encoding}` : 'as they are'} to a client that accepts “${accepted}”`,
    withApp(async ({ base, cast }) => {
      const ada = await cast('ada');
      const lobby = await ada.createRoom('lobby');
      await ada.talk(lobby, 20);
      for (const [path, type] of [
        [`/rooms/${lobby}`, 'text/html'],
        [`/rooms/${lobby}/live`, 'text/html'],
        ['/settings', 'text/html'],
        ['/nowhere', 'text/html'],
        [`/rooms/${lobby}/entries`, 'application/json'],
      ] as const) {
        const headers = { Cookie: ada.cookieHeader, Accept: type, 'Accept-Encoding': accepted };
        const answer = await raw(base, path, headers);
        assert.is(answer.headers['content-encoding'], encoding, path);
        assert.match(answer.headers.vary ?? '', /\bAccept-Encoding\b/, path);
        assert.is(answer.headers['content-length'], String(answer.body.length), path);
        assert.ok(answer.headers['content-type']?.startsWith(`${type}; charset=utf-8`), path);
        const text = (encoding ? DECOMPRESS[encoding]!(answer.body) : answer.body).toString();
        assert.match(text, type === 'text/html' ? /<\/html>\s*$/ : /^\{"room":.*\}$/s, path);
        if (encoding) assert.ok(answer.body.length < text.length / 1.8, `${path} ${answer.body.length}`);
      }
    }),
  );
}

test(
  'HEAD has the headers of the compressed answer, and no body',
  withApp(async ({ base, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.talk(lobby, 20);
    for (const path of [`/rooms/${lobby}`, `/rooms/${lobby}/entries`]) {
      const headers = { Cookie: ada.cookieHeader, Accept: 'text/html', 'Accept-Encoding': 'gzip' };
      if (path.endsWith('entries')) headers.Accept = 'application/json';
      const [head, get] = [await raw(base, path, headers, 'HEAD'), await raw(base, path, headers)];
      assert.equal([head.status, head.body.length], [200, 0]);
      for (const name of ['content-encoding', 'vary', 'content-type', 'cache-control'])
        assert.is(head.headers[name], get.headers[name], name);
      const [one, other] = [head, get].map((answer) => Number(answer.headers['content-length']));
      assert.ok(Math.abs(one! - other!) < 40, 'the lengths differ by the random parts of the page');
    }
  }),
);

test(
  'an image, a short answer and a page that stays open are sent as they are',
  withApp(async ({ base, cast }) => {
    const ada = await cast('ada');
    const lobby = await ada.createRoom('lobby');
    await ada.attach(lobby, await images.png());
    const { page } = await ada.get(`/rooms/${lobby}`);
    const image = page.querySelector('.attachment img')!.getAttribute('src')!;
    const headers = { Cookie: ada.cookieHeader, Accept: 'application/json', 'Accept-Encoding': 'br, gzip' };
    for (const path of ['/healthz', '/nowhere', image, `/rooms/${lobby}/entries?after=99`]) {
      const answer = await raw(base, path, headers);
      assert.equal([answer.headers['content-encoding'], answer.body.length > 0], [undefined, true], path);
    }
    const { etag } = (await raw(base, image, headers)).headers;
    const unchanged = await raw(base, image, { ...headers, 'If-None-Match': etag! });
    assert.equal([unchanged.status, unchanged.body.length], [304, 0]);

    const stream = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const asked = request(base, { path: `/rooms/${lobby}/stream`, headers, agent: false }, (answer) => {
        resolve(answer.headers);
        asked.destroy();
      });
      asked.on('error', reject).end();
    });
    assert.equal([stream['content-encoding'], stream['content-length']], [undefined, undefined]);
    assert.match(stream['cache-control'] ?? '', /no-transform/);
  }),
);

interface Given {
  type: string;
  body: unknown;
  headers?: Record<string, string>;
}

/** Sends an answer through the middleware. */
async function sent({ type, body, headers = {} }: Given): Promise<Raw> {
  const app = new Koa<object, Context>();
  app.use(compression);
  app.use((ctx: Context) => {
    ctx.set(headers);
    ctx.type = type;
    ctx.body = body;
  });
  const answer = app.callback();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    const { port } = server.address() as AddressInfo;
    return await raw(`http://127.0.0.1:${port}`, '/', { 'Accept-Encoding': 'br, gzip' });
  } finally {
    server.close();
  }
}

const LONG = '<p>text</p>\n'.repeat(500);
const BYTES = Buffer.from(LONG);
const NO_TRANSFORM = { 'Cache-Control': 'no-store, no-transform' };
const answers: [what: string, encoding: string | undefined, given: Given, text?: string][] = [
  ['a page', 'br', { type: 'html', body: LONG }],
  ['a page in bytes', 'br', { type: 'html', body: BYTES }],
  ['an object', 'br', { type: 'json', body: { text: LONG } }, JSON.stringify({ text: LONG })],
  ['a feed', 'br', { type: 'application/atom+xml', body: LONG }],
  ['a page of 200 kB', 'br', { type: 'html', body: 'x'.repeat(200_000) }, 'x'.repeat(200_000)],
  ['a page of 1,024 bytes', 'br', { type: 'html', body: 'é'.repeat(512) }, 'é'.repeat(512)],
  ['a page of 1,023 bytes', undefined, { type: 'html', body: 'x'.repeat(1023) }, 'x'.repeat(1023)],
  ['an image', undefined, { type: 'image/png', body: BYTES }],
  ['a drawing', undefined, { type: 'svg', body: LONG }],
  ['a PDF', undefined, { type: 'pdf', body: BYTES }],
  ['a stream of text', undefined, { type: 'html', body: Readable.from([LONG]) }],
  ['a stream of JSON', undefined, { type: 'json', body: Readable.from([LONG]) }],
  ['a page that must not be transformed', undefined, { type: 'html', body: LONG, headers: NO_TRANSFORM }],
  [
    'a page that is compressed already',
    'gzip',
    {
      type: 'html',
      body: gzipped([compressedPiece(LONG)]),
      headers: { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' },
    },
  ],
];
for (const [what, encoding, given, text = LONG] of answers) {
  test(`${what} is sent ${encoding ? `by ${encoding}` : 'as it is'}, and arrives whole`, async () => {
    const { status, headers, body } = await sent(given);
    assert.equal([status, headers['content-encoding']], [200, encoding]);
    assert.is(headers.vary, encoding && 'Accept-Encoding');
    if (headers['content-length']) assert.is(headers['content-length'], String(body.length));
    assert.is((encoding ? DECOMPRESS[encoding]!(body) : body).toString(), text);
  });
}

test.run();

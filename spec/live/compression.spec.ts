import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { bodyFor, compress, compressAny, encodingFor } from '../../server/live/compression.ts';

const test = suite('compression');

const codings: [accepted: string | undefined, encoding: string | undefined][] = [
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['deflate, zstd', undefined],
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip,deflate', 'gzip'],
  ['gzip, br;q=0.5', 'gzip'],
  ['gzip;q=0.5, br;q=0.5', 'br'],
  ['gzip ; q=0.8 , br ; q=0.3', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['gzip;q=0', undefined],
  ['br;q=0.000, gzip;q=0.0', undefined],
  ['*', 'br'],
  ['*;q=0', undefined],
  ['br;q=0, *', 'gzip'],
  ['gzip;q=0.5, *;q=0.1', 'gzip'],
  ['identity, gzip', 'gzip'],
  ['identity, gzip;q=0.5', undefined],
  ['identity;q=0, gzip', 'gzip'],
  ['gzip;q=nonsense', undefined],
  ['brotli, gzipped', undefined],
  [',,;;q=1,', undefined],
];
for (const [accepted, encoding] of codings) {
  test(`a client that sends “Accept-Encoding: ${accepted ?? ''}” gets ${encoding ?? 'no coding'}`, () => {
    assert.is(encodingFor(accepted), encoding);
  });
}

test('only the beginning of a long header counts, so that it costs nothing', () => {
  assert.is(encodingFor(`gzip,${'x,'.repeat(8000)}`), 'gzip');
  assert.is(encodingFor(`${'x,'.repeat(8000)}gzip`), undefined);
});

const decompressed = { br: brotliDecompressSync, gzip: gunzipSync };

for (const encoding of ['br', 'gzip'] as const) {
  for (const [what, body] of [
    ['an empty body', Buffer.alloc(0)],
    ['a short body', Buffer.from('é😀')],
    ['a page', Buffer.from('<li>message</li>\n'.repeat(2000))],
    ['a body of 1 MB', Buffer.from(randomBytes(2 ** 19).toString('hex'))],
  ] as const) {
    test(`${what} is the same after ${encoding}`, async () => {
      assert.ok(decompressed[encoding](compress(body, encoding)).equals(body));
      assert.ok(decompressed[encoding](await compressAny(body, encoding)).equals(body));
    });
  }
}

test('a long body leaves the event loop free while it is compressed', async () => {
  const order: string[] = [];
  const compressed = compressAny(randomBytes(2 ** 20), 'br').then(() => order.push('compressed'));
  setImmediate(() => order.push('another request'));
  await compressed;
  assert.equal(order, ['another request', 'compressed']);
});

test('a kept body is compressed once for each coding', () => {
  const kept = { body: Buffer.from('news '.repeat(1000)) };
  const [first, second] = [bodyFor(kept, 'gzip'), bodyFor(kept, 'gzip, deflate')];
  assert.is(first.encoding, 'gzip');
  assert.is(first.body, second.body);
  assert.ok(gunzipSync(first.body).equals(kept.body));
  assert.ok(brotliDecompressSync(bodyFor(kept, 'br').body).equals(kept.body));
  assert.equal(bodyFor(kept, undefined), { body: kept.body, encoding: undefined });
  const short = { body: Buffer.from('no news') };
  assert.equal(bodyFor(short, 'br'), { body: short.body, encoding: undefined });
});

test.run();

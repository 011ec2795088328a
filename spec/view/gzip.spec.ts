import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { compressedPiece, gzipped, joined, storedPiece } from '../../server/view/gzip.ts';

const test = suite('compressed pieces');

const long = '<li>message</li>\n'.repeat(1000);
const cases: [what: string, pieces: ReturnType<typeof storedPiece>[]][] = [
  ['nothing', []],
  ['an empty piece', [compressedPiece(''), storedPiece('')]],
  ['one compressed piece', [compressedPiece(long)]],
  ['one stored piece', [storedPiece('a token')]],
  ['pieces of both kinds', [compressedPiece(long), storedPiece('é😀'), compressedPiece('</main>')]],
  ['the same piece twice', [compressedPiece(long), compressedPiece(long)]],
  [
    'a stored piece longer than a block',
    [storedPiece(randomBytes(70_000).toString('base64')), compressedPiece('end')],
  ],
];

for (const [what, pieces] of cases) {
  test(`${what} can be read by any gzip reader`, () => {
    assert.is(gunzipSync(gzipped(pieces)).toString(), joined(pieces).toString());
  });
}

test('compressed pieces are small', () => {
  assert.ok(gzipped([compressedPiece(long), compressedPiece(long)]).length < long.length / 40);
});

test.run();

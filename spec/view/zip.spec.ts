import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Zip } from '../../server/view/zip.ts';
import { unzipped } from '../support/zip.ts';

const test = suite('ZIP files');

test('a ZIP file has its files in order, stored or compressed, with names in any script', async () => {
  const zip = new Zip();
  const long = 'words and '.repeat(5000);
  const parts = [
    await zip.file('mimetype', Buffer.from('application/epub+zip'), false),
    await zip.file('天气.txt', Buffer.from(long)),
    zip.end(),
  ];
  const whole = Buffer.concat(parts);
  assert.is(whole.toString('latin1', 30, 58), 'mimetypeapplication/epub+zip');
  assert.equal(
    [...unzipped(whole)],
    [
      ['mimetype', Buffer.from('application/epub+zip')],
      ['天气.txt', Buffer.from(long)],
    ],
  );
  assert.ok(whole.length < long.length / 10);
  assert.equal([zip.fits(1000), zip.fits(2 ** 32)], [true, false]);
});

test.run();

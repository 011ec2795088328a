import { writeFileSync } from 'node:fs';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { typeOf } from '../../server/files/type.ts';
import { withFile } from '../support/domain.ts';
import { images, PDF, TEXT } from '../support/files.ts';

const test = suite('file type');

const latin1 = (text: string) => Buffer.from(text, 'latin1');

const files: [what: string, content: Buffer | (() => Promise<Buffer>), type: string | undefined][] = [
  ...Object.entries(images).map(([type, make]): [string, () => Promise<Buffer>, string] => [
    `a ${type}`,
    make,
    type,
  ]),
  ['a PDF', PDF, 'pdf'],
  ['text', TEXT, 'txt'],
  ['text with a byte order mark', Buffer.from('\ufeffhello'), 'txt'],
  ['text of three-byte letters, longer than one read', Buffer.from('€'.repeat(100_000)), 'txt'],
  ['text that is an HTML page', Buffer.from('<!doctype html><p>hello'), 'txt'],
  ['text in Latin-1', latin1('caf\xe9'), undefined],
  ['text that ends inside a letter', Buffer.from('caf€').subarray(0, 5), undefined],
  ['text in UTF-16', Buffer.from('\ufeffhello', 'utf16le'), undefined],
  ['text with a NUL', Buffer.from('a\0b'), undefined],
  ['text with terminal escape codes', Buffer.from('\x1b[31mred'), undefined],
  ['a program', latin1('\x7fELF\x02\x01\x01'), undefined],
  ['a ZIP', latin1('PK\x03\x04\x14\0'), undefined],
  ['a BMP', latin1('BM\x3a\0\0\0'), undefined],
  ['a WAVE sound', latin1('RIFF\x24\0\0\0WAVEfmt '), undefined],
  ['an AVIF', latin1('\0\0\0\x1cftypavif'), undefined],
];

for (const [what, content, type] of files) {
  test(
    `the type of ${what} is ${type ?? 'refused'}`,
    withFile(async (file) => {
      writeFileSync(file, typeof content === 'function' ? await content() : content);
      assert.is(await typeOf(file), type);
    }),
  );
}

test.run();

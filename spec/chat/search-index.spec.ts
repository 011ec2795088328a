import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { hasOf, HAS, linesOf, numbersOf, packed, packedNumbers } from '../../server/chat/search-index.ts';
import { line } from '../support/corpus.ts';

const test = suite('search index');

test('lines come back as they were packed', () => {
  const lines = [line('one'), line('', { seq: 2 ** 31 - 1, has: 14 }), line('天气')];
  assert.equal(linesOf({ texts: lines.map(({ text }) => text).join('\n'), numbers: packed(lines) }), lines);
  const times = [0, 1_770_000_000, 2 ** 32 - 1];
  assert.equal([...numbersOf(packedNumbers(times))], times);
  assert.is(numbersOf('').length, 0);
});

test('a message has a link where its text has an address', () => {
  assert.is(hasOf('see HTTPS://example.org', null, false), 1 << HAS.link);
  assert.is(hasOf('see example.org, http://', null, false), 0);
  assert.is(hasOf('', 'png', true), 1 << HAS.image);
  assert.is(hasOf('', 'pdf', false), 1 << HAS.file);
});

test.run();

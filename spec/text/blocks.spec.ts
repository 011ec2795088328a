import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { parseBlocks } from '../../server/text/blocks.ts';

const test = suite('blocks');

/** The types of a text's tokens, in order. */
const partsOf = (text: string) =>
  parseBlocks(text)
    .map(({ type }) => type.replace(/_open$/, ' (').replace(/.*_close$/, ')'))
    .join(' ');

test('lines with marks make blocks, and lines without any make one paragraph', () => {
  assert.is(partsOf('a\n\nb'), 'paragraph ( text break break text )');
  assert.is(partsOf('a\n> b'), 'paragraph ( text ) blockquote ( paragraph ( text ) )');
  assert.is(partsOf('- a\n- b'), 'bullet_list ( list_item ( text ) list_item ( text ) )');
  assert.is(partsOf('```\na\n```'), 'fence');
});

test('only a line with mark characters is parsed for inline marks', () => {
  assert.is(partsOf('a *b*\nc'), 'paragraph ( inline break text )');
});

test('numbered items keep the numbers that were typed', () => {
  const numbers = parseBlocks('3. a\n4. b\n7. c')
    .map((token) => token.attrGet('value'))
    .filter((number) => number !== null);
  assert.equal(numbers, ['3', '4', '7']);
});

test('a mark with nothing visible after it stays as typed', () => {
  for (const text of ['- \u200f\u{e0100}', '> \u200b', '1. \u2060'])
    assert.equal(
      parseBlocks(text).map(({ type, content }) => (type === 'text' ? content : type)),
      ['paragraph_open', text, 'paragraph_close'],
    );
});

test.run();

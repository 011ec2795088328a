import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from '../../server/chat/marks.ts';

const test = suite('marks');

/** What there is in a text, in order. */
const partsOf = (text: string) =>
  parse(text)
    .map(({ type }) => type.replace(/_open$/, ' (').replace(/.*_close$/, ')'))
    .join(' ');

test('make blocks of lines, and of those without any one paragraph', () => {
  assert.is(partsOf('a\n\nb'), 'paragraph ( text break break text )');
  assert.is(partsOf('a\n> b'), 'paragraph ( text ) blockquote ( paragraph ( text ) )');
  assert.is(partsOf('- a\n- b'), 'bullet_list ( list_item ( text ) list_item ( text ) )');
  assert.is(partsOf('```\na\n```'), 'fence');
});

test('are looked for within a line where it has what marks are made of', () => {
  assert.is(partsOf('a *b*\nc'), 'paragraph ( inline break text )');
});

test('give numbered items the numbers that were typed', () => {
  const numbers = parse('3. a\n4. b\n7. c')
    .map((token) => token.attrGet('start') ?? token.attrGet('value'))
    .filter((number) => number !== null);
  assert.equal(numbers, [3, '7']);
});

test.run();

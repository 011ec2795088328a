import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { parseBlocks } from '../../server/text/blocks.ts';
import { namesAt } from '../../server/text/mentions.ts';

const test = suite('inlines');

const NAMES = new Map([['ada', 'ada']]);

/** The tokens of a line, in order. */
const partsOf = (line: string) =>
  (parseBlocks(line, NAMES)[1]?.children ?? []).map(({ type, content, info }) =>
    [type, content, info].filter(Boolean).join(' '),
  );

test('stars make text strong, and underscores emphasise it', () => {
  assert.equal(partsOf('*a* _b_'), [
    'strong_open',
    'text a',
    'strong_close',
    'text  ',
    'em_open',
    'text b',
    'em_close',
  ]);
});

test('a link names its host unless its words are the address', () => {
  assert.equal(partsOf('[a](https://x.org/)'), ['link_open', 'text a', 'link_close', 'host x.org']);
  assert.equal(partsOf('[https://x.org/](https://x.org/)'), [
    'link_open',
    'text https://x.org/',
    'link_close',
  ]);
});

test('a line mentions only the given users, and nobody inside code', () => {
  assert.equal(partsOf('@Ada, @grace `@ada`'), [
    'mention @Ada ada',
    'text , @grace ',
    'code_inline @ada @ada',
  ]);
});

const names = [
  ['@ada', 0, ['ada']],
  ['x @ada.', 2, ['ada.', 'ada']],
  ['@Ada-B.', 0, ['ada-b.', 'ada-b']],
  ['@太郎', 0, ['太郎', '太']],
  ['a@ada', 1, []],
  ['@ ada', 0, []],
  ['@', 0, []],
] as const;

for (const [text, at, expected] of names) {
  test(`"${text}" may mention ${expected.join(' or ') || 'nobody'}`, () => {
    assert.equal(
      namesAt(text, at).map(({ key }) => key),
      [...expected],
    );
  });
}

test('an @ has at most 64 possible names, however long the text after it', () => {
  assert.is(namesAt(`@${'太'.repeat(3999)}`, 0).length, 64);
});

test.run();

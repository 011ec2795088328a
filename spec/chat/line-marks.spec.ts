import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { namesAt } from '../../server/chat/line-marks.ts';
import { parse } from '../../server/chat/marks.ts';

const test = suite('the marks of a line');

const NAMES = new Map([['ada', 'ada']]);

/** What there is in a line, in order. */
const partsOf = (line: string) =>
  (parse(line, NAMES)[1]?.children ?? []).map(({ type, content, info }) =>
    [type, content, info].filter(Boolean).join(' '),
  );

test('are strong with a star, and emphasised with a stroke', () => {
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

test('lead to an address, and say whose it is where the words do not', () => {
  assert.equal(partsOf('[a](https://x.org/)'), ['link_open', 'text a', 'link_close', 'host x.org']);
  assert.equal(partsOf('[https://x.org/](https://x.org/)'), [
    'link_open',
    'text https://x.org/',
    'link_close',
  ]);
});

test('mention those who may be mentioned, outside of code, and nobody else', () => {
  assert.equal(partsOf('@Ada, @grace `@ada`'), ['mention @Ada ada', 'text , @grace ', 'code_inline @ada']);
});

const names = [
  ['@ada', 0, ['ada']],
  ['x @ada.', 2, ['ada.', 'ada']],
  ['@Ada-B.', 0, ['ada-b.', 'ada-b', 'ada']],
  ['@太郎', 0, ['太郎', '太']],
  ['a@ada', 1, []],
  ['@ ada', 0, []],
  ['@', 0, []],
] as const;

for (const [text, at, expected] of names) {
  test(`mention, in "${text}", ${expected.join(' or ') || 'nobody'}`, () => {
    assert.equal(
      namesAt(text, at).map(({ key }) => key),
      [...expected],
    );
  });
}

test('have at most 64 names after an @, however long what looks like one is', () => {
  assert.is(namesAt(`@${'太'.repeat(3999)}`, 0).length, 64);
});

test.run();

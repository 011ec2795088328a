import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { wordsIn } from '../../server/text/folded.ts';
import { excerpt } from '../../server/view/excerpt.ts';

const test = suite('excerpts');

/** The excerpt with its hits in brackets. */
const marked = (text: string, typed: string): string =>
  excerpt(text, wordsIn(typed))
    .map(({ text, isHit }) => (isHit ? `[${text}]` : text))
    .join('');

test('an excerpt marks the words as the message has them, whatever their case and accents', () => {
  assert.is(marked('Die Straße zum CAFÉ', 'strasse cafe'), 'Die [Straße] zum [CAFÉ]');
  assert.is(marked('cafe\u0301 and ﬁles', 'café file'), '[cafe\u0301] and [ﬁle]s');
  assert.is(marked('今天天气很好', '天气'), '今天[天气]很好');
  assert.is(marked('two\nwords, two words', '"two words"'), '[two\nwords], [two words]');
  assert.is(marked('한글과 한', '한'), '[한]글과 [한]');
});

test('an excerpt of a long message begins shortly before the first hit, and ends with a sign', () => {
  const text = `${'before '.repeat(100)}needle${' after'.repeat(100)}`;
  const shown = marked(text, 'needle');
  assert.match(shown, /^… before .*\[needle\] after .* …$/);
  assert.ok(shown.length < 260);
  assert.is(marked('short', ''), 'short');
});

test('an excerpt cuts no character in two', () => {
  for (let length = 225; length < 245; length += 1)
    assert.ok(marked(`${'x'.repeat(length)}👩‍🚀e\u0301${'y'.repeat(90)}`, 'zz').isWellFormed());
});

test.run();

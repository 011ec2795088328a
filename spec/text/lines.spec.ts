import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { isWellFormed } from '../../server/text/characters.ts';
import { storedLine, storedText } from '../../server/text/lines.ts';
import { alwaysHolds, typedText } from '../support/properties.ts';

const test = suite('lines');

for (const [name, lineBreak] of Object.entries({
  'line feed': '\n',
  'carriage return': '\r',
  'carriage return and line feed': '\r\n',
  'vertical tab': '\v',
  'form feed': '\f',
  'next line': '\u0085',
  'line separator': '\u2028',
  'paragraph separator': '\u2029',
})) {
  test(`a ${name} becomes one line feed, and a space on one line`, () => {
    assert.is(storedText(`first${lineBreak}second`), 'first\nsecond');
    assert.is(storedText(`${lineBreak}first${lineBreak}${lineBreak}second${lineBreak}`), 'first\n\nsecond');
    assert.is(storedLine(`first${lineBreak}second`), 'first second');
  });
}

test('each control but tab and line feed is dropped, and NUL stays, to be refused', () => {
  for (let code = 0; code < 0xa0; code += 1) {
    const control = String.fromCodePoint(code);
    if (!/\p{Cc}/u.test(control) || '\n\r\v\f\u0085'.includes(control)) continue;
    assert.is(storedText(`a${control}b`), '\t\0'.includes(control) ? `a${control}b` : 'ab', String(code));
  }
});

test('a text that is stored comes back as it is, and has no other control or line break', () => {
  alwaysHolds(typedText, (typed) => {
    const text = storedText(typed);
    assert.is(storedText(text), text);
    assert.not.match(text, /[^\P{Cc}\t\n]|[\u2028\u2029]/u);
    assert.not.match(storedLine(typed), /[\n\t]| {2}/);
    assert.ok(isWellFormed(text));
    const letters = (some: string) => some.replaceAll(/[\p{Cc}\p{Z}\ufeff]/gu, '');
    assert.is(letters(text), letters(typed));
  });
});

test.run();

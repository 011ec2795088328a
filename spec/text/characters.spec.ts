import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { checkedUsername } from '../../server/chat/login-name.ts';
import { fold, hasVisible, searchKey } from '../../server/text/characters.ts';
import { alwaysHolds, typedLine } from '../support/properties.ts';
import { INVISIBLE, NAMES, UNSPACED_NAMES } from '../support/scripts.ts';

const test = suite('characters');

const names = Object.entries({ ...NAMES, ...UNSPACED_NAMES });

for (const [script, name] of names) {
  test(`a name in ${script} is visible, is a username, and is found however it is typed`, () => {
    assert.ok(hasVisible(name));
    assert.is(checkedUsername(name), name.normalize('NFKC'));
    for (const typed of [
      name.normalize('NFC'),
      name.normalize('NFD'),
      name.toUpperCase(),
      name.toLowerCase(),
      `\u200e${name}\ufeff`,
    ])
      assert.is(fold(typed), fold(name), JSON.stringify(typed));
  });
}

for (const [kind, character] of Object.entries(INVISIBLE)) {
  test(`a ${kind} shows nothing, alone or with spaces, and makes no other name`, () => {
    for (const text of [character, `  ${character}\n`, character.repeat(3), `\u00a0${character}\u3000`])
      assert.not(hasVisible(text), JSON.stringify(text));
    assert.ok(hasVisible(`${character}x`));
    assert.is(fold(`a${character}da`), 'ada');
  });
}

for (const [kind, text] of Object.entries({
  nothing: '',
  spaces: ' \t\u00a0\u2003\u3000\u1680\u205f',
  'line breaks': '\n\r\u2028\u2029\u0085',
  controls: '\u0001\u001b\u007f\u009b',
  'a blank of Braille': '\u2800',
  'combining marks alone': '\u0301\u0308',
  'an object that was not pasted': '\ufffc',
  'a null notehead': '\u{1d159}',
  'a blank hieroglyph': '\u{13441}',
  noncharacters: '\ufffe\uffff\u{1fffe}',
}))
  test(`${kind} show nothing`, () => assert.not(hasVisible(text)));

for (const [kind, text] of Object.entries({
  'a point': '.',
  'an emoji': '🐘',
  'a keycap': '1️⃣',
  'a flag': '🇯🇵',
  'a Braille letter': '\u2801',
  'a character of private use, as the apple of Apple': '\uf8ff',
  'a character that Unicode has not assigned yet': '\u{1fbff}',
  'a letter with its mark apart': 'e\u0301',
}))
  test(`${kind} is visible`, () => assert.ok(hasVisible(text)));

for (const [one, other] of [
  ['STRASSE', 'straße'],
  ['STRAẞE', 'straße'],
  ['ΟΔΟΣ', 'οδος'],
  ['ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύς'],
  ['İREM', 'irem'],
  ['Isıl', 'ISIL'],
  ['ﬁona', 'fiona'],
  ['Ａｄａ', 'ada'],
  ['ｱｲｺ', 'アイコ'],
  ['ᏣᎳᎩ', 'ꮳꮃꭹ'],
  ['ǅ', 'ǆ'],
  ['Å', 'å'],
  ['K', 'k'],
  ['ſ', 's'],
  ['가', '\u1100\u1161'],
] as const)
  test(`${one} and ${other} are the same name`, () => assert.is(fold(one), fold(other)));

for (const [one, other] of [
  ['ada', 'adá'],
  ['ada', 'аda'],
  ['太', '大'],
  ['1', '١'],
  ['o', '0'],
] as const)
  test(`${one} and ${other} are two names`, () => assert.is.not(fold(one), fold(other)));

test('a name is found by a part of it without accents', () => {
  assert.is(searchKey('Éloïse'), 'eloise');
  assert.is(searchKey('Ἑλένη'), 'ελενη');
});

test('a folded name stays as it is when it is folded again, in any case and form', () => {
  alwaysHolds(typedLine, (text) => {
    const key = fold(text);
    assert.is(fold(key), key);
    assert.is(fold(text.normalize('NFD')), key);
    assert.is(searchKey(searchKey(text)), searchKey(text));
  });
});

test.run();

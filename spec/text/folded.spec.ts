import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { folded, wordsIn } from '../../server/text/folded.ts';
import { TEXTS } from '../support/corpus.ts';

const test = suite('folded texts');

test('texts that differ in case, accents, width or what nobody sees are folded to the same', () => {
  for (const [one, other] of [
    ['STRASSE', 'Straße'],
    ['Ἀθῆναι', 'ΑΘΗΝΑΙ'],
    ['οδοσ', 'ΟΔΟΣ'],
    ['IŞIK', 'ışık'],
    ['İstanbul', 'istanbul'],
    ['Ёлка', 'елка'],
    ['ｃａｆｅ́', 'Café'],
    ['co\u00adop', 'coop'],
    ['السَّلامُ', 'السلام'],
    ['שָׁלוֹם', 'שלום'],
    ['ﾊﾟﾝ', 'パン'],
    ['か\u3099き', 'がき'],
    ['ज़रूर', 'जरूर'],
    ['Phở', 'pho'],
    ['ܫܠܳܡܳܐ', 'ܫܠܡܐ'],
    ['কো', 'ক\u09c7\u09be'],
    ['a \n\t b', 'a b'],
  ])
    assert.is(folded(one!), folded(other!));
});

test('texts that differ in a mark that is a letter, or a part of one, are not folded to the same', () => {
  for (const [one, other] of [
    ['か', 'が'],
    ['ハハ', 'ババ'],
    ['ハ', 'ﾊﾟ'],
    ['มา', 'ม้า'],
    ['กน', 'กิน'],
    ['ກນ', 'ກິນ'],
    ['क', 'कि'],
    ['हनद', 'हिन्द'],
    ['কল', 'কাল'],
    ['ਕਲ', 'ਕਾਲ'],
    ['તલ', 'તેલ'],
    ['தமழ', 'தமிழ்'],
    ['తలగ', 'తెలుగు'],
    ['ಕನಡ', 'ಕನ್ನಡ'],
    ['മലയള', 'മലയാളം'],
    ['සහල', 'සිංහල'],
    ['བད', 'བོད'],
    ['မနမ', 'မြန်မာ'],
    ['ខមរ', 'ខ្មែរ'],
    ['ދވހ', 'ދިވެހި'],
    ['য', 'য়'],
  ])
    assert.not.equal(folded(one!), folded(other!));
});

test('a mark that is left out finds a text, and one that is written in place of another finds none', () => {
  const finds = (word: string, text: string) => folded(text).includes(folded(word));
  assert.equal(
    [finds('か', 'がっこう'), finds('が', 'がっこう'), finds('หมา', 'ม้า'), finds('ไม', 'ไม้')],
    [false, true, false, true],
  );
  assert.equal([finds('हिन्दी', 'हिन्दी में'), finds('हन्दी', 'हिन्दी')], [true, false]);
});

test('a folded text stays as it is when it is folded again', () => {
  for (const text of Object.values(TEXTS)) assert.is(folded(folded(text)), folded(text));
});

test('a part of a text is folded to a part of the folded text, in every language', () => {
  for (const text of Object.values(TEXTS)) {
    const characters = Array.from(text);
    for (let from = 0; from < characters.length; from += 3)
      for (const length of [1, 2, 5, 9]) {
        const part = characters.slice(from, from + length).join('');
        assert.ok(folded(text).includes(folded(part).trim()), part);
      }
  }
});

test('words are what stands between spaces, and what stands in quotes is one', () => {
  assert.equal(wordsIn(' Two  words\ttwo '), ['two', 'words']);
  assert.equal(wordsIn('"Two  Words" and'), ['two words', 'and']);
  assert.equal(wordsIn('say "hello'), ['say', '"hello']);
  assert.equal(wordsIn('5"disk -not a:b * OR'), ['5"disk', '-not', 'a:b', '*', 'or']);
  assert.equal(wordsIn('"" \u00ad "  "'), ['""']);
});

test.run();

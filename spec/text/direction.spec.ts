import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { contained, isolated, partsOf } from '../../server/text/direction.ts';
import { alwaysHolds, typedLine } from '../support/properties.ts';
import { NAMES, UNSPACED_NAMES } from '../support/scripts.ts';

const test = suite('direction');

const RIGHT_TO_LEFT = /^(Hebrew|Arabic|Persian|Urdu|Pashto|Syriac|Thaana|NKo|Adlam)/;

for (const [script, name] of Object.entries({ ...NAMES, ...UNSPACED_NAMES })) {
  const turns = RIGHT_TO_LEFT.test(script);
  test(`a name in ${script} ${turns ? 'keeps its direction to itself' : 'stands in a sentence as it is'}`, () => {
    assert.is(isolated(name), turns ? `\u2068${name}\u2069` : name);
    const sentence = `${isolated(name)} added ${isolated('grace')}.`;
    assert.equal(partsOf(sentence), turns ? ['', name, ' added grace.'] : [sentence]);
  });
}

for (const [typed, kept] of [
  ['plain', 'plain'],
  ['a\u202eb', 'a\u202eb'],
  ['a\u2069b', 'a\u2060b'],
  ['\u2067a\u2069b', '\u2067a\u2069b'],
  ['\u2067a', '\u2067a\u2069'],
  ['\u2066\u2067a\u2069', '\u2066\u2067a\u2069\u2069'],
  ['\u2067a\nb\u2069', '\u2067a\u2069\nb\u2060'],
] as const)
  test(`isolates end in their own line: ${JSON.stringify(typed)}`, () => assert.is(contained(typed), kept));

/** What of a line is still open at its end: isolates, and embeddings outside of any. Fails where an isolate ends that the line does not begin. */
function openAtEnd(line: string): string[] {
  const open: string[] = [];
  for (const character of line) {
    if (/[\u202a\u202b\u202d\u202e]/.test(character)) open.push('embedding');
    if (/[\u2066-\u2068]/.test(character)) open.push('isolate');
    if (character === '\u202c' && open.at(-1) === 'embedding') open.pop();
    if (character !== '\u2069') continue;
    const at = open.lastIndexOf('isolate');
    assert.ok(at >= 0, 'an isolate ends that does not begin here');
    open.length = at;
  }
  return open;
}

test('no text turns what stands around it', () => {
  alwaysHolds(typedLine, (text) => {
    assert.not(openAtEnd(contained(text)).includes('isolate'));
    if (isolated(text) !== text) assert.equal(openAtEnd(isolated(text)), []);
    else assert.not.match(text, /[\u202a-\u202e\u2066-\u2069]/);
    const seen = (some: string) => some.replaceAll(/[\u2060\u2066-\u2069]/g, '');
    assert.is(seen(isolated(text)), seen(text));
  });
});

test.run();

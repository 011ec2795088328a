import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../server/chat/run-result.ts';
import { type Expected, markOf } from './marks.ts';
import { choiceOf, numbersIn, optionsIn } from './options.ts';
import { speechLines, type Utterance, utterancesOf, writtenDown } from './speech.ts';
import { differencesOf, heardText } from './transcript.ts';

const test = suite('what a screen reader was heard to say');

const heard = (text: string, more: Partial<Utterance> = {}): Utterance => ({
  text,
  second: 1,
  late: 0,
  isCut: false,
  ...more,
});
const HELLO = 'Ana: Hello.';
const BYE = 'Bo: Bye, Ana.';
const numbers = (...counts: number[]) => counts.map((count) => `${count} new messages from Ana and Bo`);

const CASES: [title: string, Verdict, Partial<Expected>, Utterance[]][] = [
  [
    'all in order, each once, is as expected',
    'expected',
    { texts: [HELLO, BYE] },
    [heard(HELLO), heard(BYE)],
  ],
  ['a text in pieces is as expected', 'expected', { texts: [HELLO] }, [heard('Ana:'), heard('Hello.')]],
  ['two texts in one piece are as expected', 'expected', { texts: [HELLO, BYE] }, [heard(`${HELLO} ${BYE}`)]],
  [
    'signs of direction and line ends do not count',
    'expected',
    { texts: ['Ana: \u2068שלום\u2069\nb'] },
    [heard('Ana: שלום b')],
  ],
  [
    'a space before a picture does not count',
    'expected',
    { texts: ['Bo: 🎉👏🏽 yes'] },
    [heard('Bo: 🎉 👏 🏽 yes')],
  ],
  [
    'equal texts are heard as often as they are expected',
    'expected',
    { texts: [HELLO, HELLO] },
    [heard(HELLO), heard(HELLO)],
  ],
  ['one of two texts is missing', 'missing', { texts: [HELLO, BYE] }, [heard(BYE)]],
  ['a text within a word is missing', 'missing', { texts: ['Sent'] }, [heard('Sentence')]],
  ['silence is missing', 'missing', { texts: [HELLO] }, []],
  [
    'a text before the one that it follows is in the wrong order',
    'order',
    { texts: [HELLO, BYE] },
    [heard(BYE), heard(HELLO)],
  ],
  ['a text that comes again is twice', 'twice', { texts: [HELLO] }, [heard(HELLO), heard(HELLO)]],
  [
    'a sentence of a page may come again',
    'expected',
    { page: ['Saved.'] },
    [heard('Saved.'), heard('Saved.')],
  ],
  ['a text that was stopped is cut off', 'cut', { texts: [HELLO] }, [heard(HELLO, { isCut: true })]],
  ['a key may stop a text', 'expected', { texts: [HELLO], mayBeCut: true }, [heard(HELLO, { isCut: true })]],
  [
    'a text that waits for more than five seconds is late',
    'late',
    { texts: [HELLO] },
    [heard(HELLO, { late: 5.1 })],
  ],
  [
    'a sentence of a page may wait for the title of the page',
    'expected',
    { page: [HELLO] },
    [heard('Finished loading Rooms.'), heard(HELLO, { late: 6.3 })],
  ],
  [
    'a sentence of a page that waits for more than ten seconds is late',
    'late',
    { page: [HELLO] },
    [heard(HELLO, { late: 10.1 })],
  ],
  [
    'words besides are otherwise wrong',
    'other',
    { texts: [HELLO], isAlone: true },
    [heard(HELLO), heard('Alert')],
  ],
  ['words where nothing is expected are otherwise wrong', 'other', { isAlone: true }, [heard(HELLO)]],
  [
    'words besides what the tester does are theirs',
    'expected',
    { texts: [HELLO] },
    [heard('Send push button.'), heard(HELLO)],
  ],
  ['nothing where nothing is expected is as expected', 'expected', { isAlone: true }, []],
  [
    'numbers that add up are as expected',
    'expected',
    { texts: numbers(6, 6) },
    numbers(5, 6)
      .map((text) => heard(text))
      .concat(heard(HELLO)),
  ],
  [
    'numbers that are too few are missing',
    'missing',
    { texts: numbers(6, 6) },
    numbers(5, 6).map((text) => heard(text)),
  ],
  [
    'numbers that are too many are twice',
    'twice',
    { texts: numbers(6, 6) },
    numbers(6, 6, 1).map((text) => heard(text)),
  ],
];

for (const [title, verdict, expected, utterances] of CASES)
  test(title, () => {
    const mark = markOf({ texts: [], page: [], isAlone: false, mayBeCut: false, ...expected }, utterances);
    assert.is(mark.verdict, verdict);
    assert.is(mark.reason !== '', verdict !== 'expected', 'a reason stands with each fault');
  });

test('what is given to speech is heard one after the other, from the beginning on', () => {
  const lines = speechLines(
    [
      { at: 900, text: 'before' },
      { at: 1000, text: 'x'.repeat(30) },
      { at: 1500, text: ' and\n more ' },
      { at: 1600, text: ' ' },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join('') + '{"at": 17',
  );
  const said = utterancesOf(lines, 1000);
  assert.equal(said, [heard('x'.repeat(30), { second: 0 }), heard('and more', { second: 0.5, late: 1.5 })]);
  assert.match(writtenDown(said), /^0\.0 s  x+\n0\.5 s  and more \[begins 1\.5 s later\]$/);
});

test('a stop cuts off what is being said and what waits, and nothing that is over', () => {
  const said = utterancesOf(
    [
      { at: 0, text: 'short' },
      { at: 1000, text: 'x'.repeat(30) },
      { at: 1100, text: 'waits' },
      { at: 2000, stop: true },
      { at: 2100, text: 'free' },
    ],
    0,
  );
  assert.equal(
    said.map(({ text, isCut, late }) => [text.slice(0, 5), isCut, late]),
    [
      ['short', false, 0],
      ['xxxxx', true, 0],
      ['waits', true, 1.9],
      ['free', false, 0],
    ],
  );
  assert.is(
    heardText(said.slice(0, 1), [{ said: 'Ana, 09:01: short', braille: 'Ana' }]),
    'short\nIn the log:\nAna, 09:01: short',
  );
  assert.is(heardText([], []), 'Nothing');
});

test('runs differ where a scene has another mark, or was not played', () => {
  const scene = (number: number, verdict: Verdict, reason = '') => ({
    number,
    utterances: [],
    announced: '',
    log: [],
    mark: { verdict, reason },
  });
  assert.equal(
    differencesOf([
      [scene(1, 'expected'), scene(2, 'expected'), scene(3, 'expected')],
      [scene(1, 'expected'), scene(2, 'late', 'It waited.')],
    ]),
    ['Scene 2: expected, late. It waited.', 'Scene 3: expected, not played. '],
  );
});

test('the command takes lists of scenes, and tells what to write where it cannot', () => {
  assert.equal(numbersIn('1-3,30, 2'), [1, 2, 3, 30]);
  assert.is(optionsIn([]).scenes.length, 40);
  for (const list of ['0', '41', '3-1', '', 'one', '1,,2'])
    assert.throws(() => numbersIn(list), /Write --scenes as 1-40, or as 1-5,30\./);
  assert.is(optionsIn(['--browser', 'chromium']).browser, 'chromium');
  assert.throws(() => optionsIn(['--browser', 'opera']), /Write --browser firefox, or --browser chromium\./);
  assert.throws(() => choiceOf('chromium', { CHROMIUM: '/nowhere/chromium' }), /no \/nowhere\/chromium/);
  assert.throws(() => optionsIn(['--times', '0']), /Write --times with 1 to 9\./);
});

test.run();

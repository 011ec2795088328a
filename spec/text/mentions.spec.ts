import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { fold } from '../../server/text/characters.ts';
import { namesAt } from '../../server/text/mentions.ts';
import { NAMES, UNSPACED_NAMES } from '../support/scripts.ts';

const test = suite('mentions');

/** Whether the first `@` of a text mentions a user of this name. */
const mentions = (text: string, name: string) => {
  const at = text.search(/[@＠﹫]/);
  return namesAt(text, at).some(({ key }) => key === fold(name));
};

/** What stands around a mention, with the mention itself as `M`. */
const around = [
  'M',
  'M.',
  'M...',
  'M,',
  'M: x',
  'M:',
  'M:x',
  'M!',
  'M?',
  'M-',
  'M_',
  'M…',
  'x M y',
  '(M)',
  '[M]',
  '"M"',
  "'M'",
  '“M”',
  '«M»',
  '「M」',
  '（M）',
  "M's",
  'M’s',
  'M,M',
  'M/M'.slice(0, 2),
  '*M*',
  '_M_',
  '> M',
  '- M',
  'cc:M',
  'x, M',
  'x;M'.replace('x;', '; '),
  '—M',
  'x—M',
  '👍M',
  'M👍',
  '🐘 M',
  'M 🐘',
  '.M',
  '-M',
  '¡M!',
  'M،',
  'M؟',
  'M।',
  'M\nx',
  'x\nM',
  '\u00a0M',
  'M\u200b',
  '\u200fM',
  '\\M',
  '+1 M',
  'M)',
  'M]',
  'M;',
  'M"',
  'M<',
  'M>',
];
for (const text of new Set(around))
  test(`somebody is mentioned in ${JSON.stringify(text)}`, () => {
    for (const typed of ['@ada', '@ADA', '＠ada', '﹫ada', '＠ａｄａ'])
      assert.ok(mentions(text.replaceAll('M', typed), 'ada'), typed);
  });

for (const text of [
  'tiktok.example/@ada',
  'https://x.example/@ada',
  'x/@ada',
  '/@ada',
  'ada@ada',
  'x@ada',
  '1@ada',
  'é@ada',
  'а@ada',
  'x.@ada',
  'x-@ada',
  'x_@ada',
  'v=@ada',
  '?q=@ada'.replace('?q', 'a?q'),
  'a#@ada',
  'a%@ada',
  'a+@ada',
  'a~@ada',
  '@ada.example',
  '@ada.example.org',
  '@ada@host.example',
  '@ada@host',
  '@ada/node',
  '@ada/x/y',
  '@ada-x',
  '@ada_x',
  '@ada.x',
  '@ada#1234',
  '@ada=1',
  '@ada+tag',
  '@ada~x',
  '@ada%20',
  '@ada:host.example',
  '@ada:matrix.example.org',
  '@ada://x',
  '@ada:8080',
  '@ada\\x',
  '@adalove',
  '@ada1',
  '@ada\u0301',
  '@adaé',
  '@ ada',
  '@',
  '@@',
  '@.ada',
])
  test(`${JSON.stringify(text)} mentions nobody called ada`, () => assert.not(mentions(text, 'ada')));

for (const text of [
  '@ada/@grace',
  '@ada&@grace',
  '@ada+@grace',
  '@ada,@grace',
  '@ada, @grace',
  '@ada / @grace',
])
  test(`both are mentioned in ${text}`, () => {
    assert.ok(mentions(text, 'ada'));
    assert.ok(namesAt(text, text.lastIndexOf('@')).some(({ key }) => key === 'grace'));
  });

for (const [script, name] of Object.entries(NAMES))
  test(`a name in ${script} is mentioned alone and at the end of a sentence, and not in a longer word or address`, () => {
    for (const text of [
      `@${name}`,
      `hello @${name}.`,
      `＠${name}, x`,
      `(@${name.normalize('NFD')})`,
      `@${name.toUpperCase()}!`,
    ])
      assert.ok(mentions(text, name), text);
    for (const text of [
      `@${name}x`,
      `@${name}.example`,
      `x.example/@${name}`,
      `@${name}@x.example`,
      `${name}@${name}`,
    ])
      assert.not(mentions(text, name), text);
  });

for (const [script, name] of Object.entries(UNSPACED_NAMES))
  test(`a name in ${script} is mentioned also within a sentence without spaces`, () => {
    for (const text of [`@${name}`, `${name}@${name}${name}`, `，@${name}。`, `＠${name}`])
      assert.ok(mentions(text, name), text);
    for (const text of [`x.example/@${name}`, `@${name}@x.example`]) assert.not(mentions(text, name), text);
  });

for (const [typed, name] of [
  ['@a\u200dda', 'ada'],
  ['@\u2060ada', 'ada'],
  ['@ad\u00ada.', 'ada'],
  ['@می\u200cنا', 'مینا'],
  ['@ada\u200d', 'ada'],
  ['@ada\u200bx', 'ada'],
] as const)
  test(`${JSON.stringify(typed)} mentions the user whose name is seen`, () => {
    assert.ok(mentions(typed, name));
  });

test.run();

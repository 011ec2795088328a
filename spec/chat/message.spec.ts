import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { checkedBody, checkedKey } from '../../server/chat/message.ts';
import { refusal } from '../support/domain.ts';

const test = suite('message');

const tooLong = (length: string) =>
  `A message has at most 4,000 characters, and this one has ${length}. Shorten it, or send it in parts.`;
const unkept = 'The text has an invalid character (NUL, or half of a character). Remove it.';

const bodies = {
  taken: [
    ['one character', 'x', 'x'],
    ['4,000 characters', 'x'.repeat(4000), 'x'.repeat(4000)],
    ['4,000 emoji of two UTF-16 units each', '🐘'.repeat(4000), '🐘'.repeat(4000)],
    ['4,000 characters of other scripts with their marks', 'कि'.repeat(2000), 'कि'.repeat(2000)],
    [
      '4,000 characters with line breaks as forms send them',
      'x\r\n'.repeat(1999) + 'yy',
      'x\n'.repeat(1999) + 'yy',
    ],
    ['4,000 characters with space around them', ` \r\n${'x'.repeat(4000)}\r\n\t`, 'x'.repeat(4000)],
    ['line breaks of every kind', 'one\r\ntwo\rthree\n\nfour', 'one\ntwo\nthree\n\nfour'],
    ['space inside', 'a  b\n  c', 'a  b\n  c'],
    ['markup', '<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['a letter and a combining mark that are not composed', 'e\u0301', 'e\u0301'],
  ],
  refused: [
    ['nothing', '', 'Write a message of 1 to 4,000 characters, then send it.'],
    ['nothing but space', ' \t\r\n\u00a0\u3000', 'Write a message of 1 to 4,000 characters, then send it.'],
    ['4,001 characters', 'x'.repeat(4001), tooLong('4,001')],
    ['4,001 emoji of two UTF-16 units each', '🐘'.repeat(4001), tooLong('4,001')],
    ['4,001 characters, the last a combining mark', `${'x'.repeat(4000)}\u0301`, tooLong('4,001')],
    ['a NUL', 'hello\0there', unkept],
    ['a NUL at the end', 'hello\0', unkept],
    ['a lone high surrogate', 'hello \ud83d', unkept],
    ['a lone low surrogate', '\udc18 hello', unkept],
    ['two surrogates in the wrong order', '\udc18\ud83d', unkept],
  ],
} as const;

for (const [what, typed, body] of bodies.taken) {
  test(`a message may have ${what}`, () => {
    assert.is(checkedBody(typed), body);
  });
}

for (const [what, body, sentence] of bodies.refused) {
  test(`a message may not have ${what}`, async () => {
    assert.equal((await refusal(Invalid, () => checkedBody(body))).problems, { body: sentence });
  });
}

test('a key has 8 to 64 letters, digits, - and _', async () => {
  for (const key of ['12345678', 'x'.repeat(64), 'aZ09_-aZ09', crypto.randomUUID()])
    assert.is(checkedKey(key), key);
  for (const key of [
    '',
    '1234567',
    'x'.repeat(65),
    'key with space',
    'schlüssel',
    'a.key.of.ada',
    '12345678\n',
  ]) {
    await refusal(Invalid, () => checkedKey(key));
  }
});

test.run();

import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { checkedEmail, checkedUsername } from '../../server/chat/login-name.ts';
import { suite } from '../support/suite.ts';

const test = suite('usernames and emails');

/** The problems that a check throws. */
function problemsOf(check: () => unknown): unknown {
  try {
    return check();
  } catch (error) {
    assert.instance(error, Invalid);
    return (error as Invalid).problems;
  }
}

const usernames = {
  taken: [
    ['one letter', 'x'],
    ['32 characters', 'x'.repeat(32)],
    ['32 characters of two UTF-16 units each', '𠮷'.repeat(32)],
    ['every mark', 'a_-.1'],
    ['only digits', '42'],
    ['another script', 'Ἀριστοτέλης'],
    ['combining marks', 'हिन्दी'],
    ['a letter and a combining mark that do not compose', 'x\u0331'],
    ['digits of another script', '٣٤'],
  ],
  refused: [
    ['nothing', '', 'Enter a username of 1 to 32 characters.'],
    ['nothing but space', ' \t ', 'Enter a username of 1 to 32 characters.'],
    ['33 characters', 'x'.repeat(33), 'Choose a username of at most 32 characters.'],
    [
      '33 characters of two UTF-16 units each',
      '𠮷'.repeat(33),
      'Choose a username of at most 32 characters.',
    ],
    ['more than 32 characters after NFKC', '㎧'.repeat(11), 'Choose a username of at most 32 characters.'],
    ['a space inside', 'ada lovelace', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['an at sign', 'ada@home', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a slash', 'ada/x', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a NUL', 'ada\0x', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a lone surrogate', 'ada\ud800', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a line break', 'ada\r\nx', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['a zero-width space', 'a\u200bda', 'Use only letters, digits, and the marks _ - . in the username.'],
    [
      'an invisible combining mark',
      'ada\ufe0f',
      'Use only letters, digits, and the marks _ - . in the username.',
    ],
    ['an invisible letter', 'ada\u3164', 'Use only letters, digits, and the marks _ - . in the username.'],
    [
      'a right-to-left override',
      'ada\u202e',
      'Use only letters, digits, and the marks _ - . in the username.',
    ],
    ['an emoji', '🐘', 'Use only letters, digits, and the marks _ - . in the username.'],
    ['only punctuation marks', '..', 'Use at least one letter or digit in the username.'],
    ['only a combining mark', '\u0301', 'Use at least one letter or digit in the username.'],
  ],
} as const;

for (const [what, username] of usernames.taken)
  test(`a username may have ${what}`, () => {
    assert.is(checkedUsername(username), username.normalize('NFKC'));
  });

for (const [what, username, sentence] of usernames.refused)
  test(`a username may not have ${what}`, () => {
    assert.equal(
      problemsOf(() => checkedUsername(username)),
      { username: sentence },
    );
  });

const malformed = 'Enter an email address like name@example.org.';
const emails = {
  taken: [
    ['254 characters', `${'x'.repeat(242)}@example.org`],
    ['a tag and dots', 'ada.l+chat@mail.example.co.uk'],
    ['one label', 'ada@localhost'],
    ['another script', 'δοκιμή@παράδειγμα.δοκιμή'],
  ],
  refused: [
    ['nothing', ' ', 'Enter an email address.'],
    ['255 characters', `${'x'.repeat(243)}@example.org`, 'Use an email address of at most 254 characters.'],
    ['no at sign', 'ada', malformed],
    ['two at signs', 'ada@home@example.org', malformed],
    ['nothing before the at sign', '@example.org', malformed],
    ['nothing after the at sign', 'ada@', malformed],
    ['a dot at the end', 'ada@example.', malformed],
    ['two dots', 'ada@example..org', malformed],
    ['a space', 'ada l@example.org', malformed],
    ['a mail header after a line break', 'ada@example.org\r\nBcc: all@example.org', malformed],
    ['a NUL', 'ada\0@example.org', malformed],
    ['a lone surrogate', 'ada\udc00@example.org', malformed],
  ],
} as const;

for (const [what, email] of emails.taken)
  test(`an email may have ${what}`, () => assert.is(checkedEmail(email), email));

for (const [what, email, sentence] of emails.refused)
  test(`an email may not have ${what}`, () => {
    assert.equal(
      problemsOf(() => checkedEmail(email)),
      { email: sentence },
    );
  });

test.run();

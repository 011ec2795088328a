import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { checkedPassword, decoyHash, hashPassword, verifyPassword } from '../../server/chat/password.ts';
import { LOG_N, refusal } from '../support/nouns.ts';

const test = suite('a password');

const taken = [
  ['8 characters', 'q7&kx!zu'],
  ['8 characters beyond the first plane', '🐘🦒🦓🐪🐫🦙🐏🐑'],
  ['256 characters', 'é'.repeat(256)],
  ['256 characters beyond the first plane', '𠮷'.repeat(256)],
  ['space at its ends', '  spaced  '],
  ['small letters alone', 'correct horse'],
  ['other scripts', 'ἀγεωμέτρητος'],
] as const;

for (const [what, password] of taken) {
  test(`may have ${what}, and is taken as typed`, () => {
    assert.is(checkedPassword(password), password);
  });
}

const refused = [
  ['nothing', '', 'Choose a password of at least 8 characters.'],
  ['7 characters', 'q7&kx!z', 'Choose a password of at least 8 characters.'],
  ['7 characters of two units each', '🐘🦒🦓🐪🐫🦙🐏', 'Choose a password of at least 8 characters.'],
  ['257 characters', 'x'.repeat(257), 'Choose a password of at most 256 characters.'],
  ['a NUL', 'correct\0horse', 'The password has a character that cannot be typed. Choose another.'],
  [
    'a lone surrogate',
    'correct \ud800horse',
    'The password has a character that cannot be typed. Choose another.',
  ],
  [
    'what everybody has',
    'password',
    'This password is among the commonest, and would be guessed. Choose another.',
  ],
  [
    'what everybody has, in other case',
    'PassWord',
    'This password is among the commonest, and would be guessed. Choose another.',
  ],
  [
    'what everybody has, in digits',
    '123456789',
    'This password is among the commonest, and would be guessed. Choose another.',
  ],
] as const;

for (const [what, password, sentence] of refused) {
  test(`may not have ${what}`, async () => {
    assert.equal((await refusal(Invalid, () => checkedPassword(password))).problems, { password: sentence });
  });
}

test('is refused beside the field it was typed in', async () => {
  assert.equal(Object.keys((await refusal(Invalid, () => checkedPassword('short', 'current'))).problems), [
    'current',
  ]);
});

test('is known again by its hash, and nothing else is', async () => {
  const hash = await hashPassword('correct horse', LOG_N);
  assert.ok(await verifyPassword('correct horse', hash));
  assert.not.ok(await verifyPassword('correct horsE', hash));
});

test('is another with a NUL after it, which the hash alone would not tell', async () => {
  assert.not.ok(await verifyPassword('correct horse\0', await hashPassword('correct horse', LOG_N)));
});

test('is another with a lone surrogate, which the hash would take for any other', async () => {
  assert.not.ok(await verifyPassword('correct \udfff', await hashPassword('correct \ufffd', LOG_N)));
});

test('is salted: twice the same has two hashes', async () => {
  assert.is.not(await hashPassword('correct horse', LOG_N), await hashPassword('correct horse', LOG_N));
});

test('costs what was asked for, and the hash says so', async () => {
  for (const logN of [4, 10])
    assert.is(Buffer.from(await hashPassword('correct horse', logN), 'base64')[7], logN);
});

test('that opens the decoy is none that can be chosen', async () => {
  assert.is(await decoyHash(LOG_N), await decoyHash(LOG_N));
  assert.not.ok(await verifyPassword('correct horse', await decoyHash(LOG_N)));
});

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { checkedPassword, decoyHash, hashPassword, verifyPassword } from '../../server/chat/password.ts';
import { HASHING, LOG_N, refusal } from '../support/domain.ts';

const test = suite('password');

const { inTurn } = HASHING;

const taken = [
  ['8 characters', 'q7&kx!zu'],
  ['8 emoji of two UTF-16 units each', '🐘🦒🦓🐪🐫🦙🐏🐑'],
  ['256 characters', 'é'.repeat(256)],
  ['256 characters of two UTF-16 units each', '𠮷'.repeat(256)],
  ['space at both ends', '  spaced  '],
  ['only lower-case letters', 'correct horse'],
  ['letters of another script', 'ἀγεωμέτρητος'],
] as const;

for (const [what, password] of taken) {
  test(`a password may have ${what}, and stays as typed`, () => {
    assert.is(checkedPassword(password), password);
  });
}

const refused = [
  ['nothing', '', 'Choose a password of at least 8 characters.'],
  ['7 characters', 'q7&kx!z', 'Choose a password of at least 8 characters.'],
  ['7 emoji of two UTF-16 units each', '🐘🦒🦓🐪🐫🦙🐏', 'Choose a password of at least 8 characters.'],
  ['257 characters', 'x'.repeat(257), 'Choose a password of at most 256 characters.'],
  ['a NUL', 'correct\0horse', 'The password has an invalid character. Choose another password.'],
  [
    'a lone surrogate',
    'correct \ud800horse',
    'The password has an invalid character. Choose another password.',
  ],
  [
    'one of the commonest words',
    'password',
    'This password is too common, so it is easy to guess. Choose another password.',
  ],
  [
    'one of the commonest words in another case',
    'PassWord',
    'This password is too common, so it is easy to guess. Choose another password.',
  ],
  [
    'one of the commonest rows of digits',
    '123456789',
    'This password is too common, so it is easy to guess. Choose another password.',
  ],
] as const;

for (const [what, password, sentence] of refused) {
  test(`a password may not have ${what}`, async () => {
    assert.equal((await refusal(Invalid, () => checkedPassword(password))).problems, { password: sentence });
  });
}

test('the problem stands at the field that the password was typed in', async () => {
  assert.equal(Object.keys((await refusal(Invalid, () => checkedPassword('short', 'current'))).problems), [
    'current',
  ]);
});

test('a hash verifies its own password, and no other', async () => {
  const hash = await hashPassword('correct horse', HASHING);
  assert.ok(await verifyPassword('correct horse', hash, inTurn));
  assert.not.ok(await verifyPassword('correct horsE', hash, inTurn));
});

test('a password with a NUL after it is another password, though scrypt gives both the same hash', async () => {
  assert.not.ok(
    await verifyPassword('correct horse\0', await hashPassword('correct horse', HASHING), inTurn),
  );
});

test('a password with a lone surrogate is another password, though UTF-8 encodes all of them alike', async () => {
  assert.not.ok(
    await verifyPassword('correct \udfff', await hashPassword('correct \ufffd', HASHING), inTurn),
  );
});

test('hashes are salted: one password gets two different hashes', async () => {
  assert.is.not(await hashPassword('correct horse', HASHING), await hashPassword('correct horse', HASHING));
});

test('a hash has the cost that was asked for', async () => {
  for (const logN of [4, 10])
    assert.is(Buffer.from(await hashPassword('correct horse', { ...HASHING, logN }), 'base64')[7], logN);
});

test('no valid password verifies against the decoy hash', async () => {
  assert.is(await decoyHash(LOG_N), await decoyHash(LOG_N));
  assert.not.ok(await verifyPassword('correct horse', await decoyHash(LOG_N), inTurn));
});

test.run();

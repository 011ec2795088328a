import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { SigningKey, signingKeys } from '../../server/chat/signing-key.ts';
import { later, NOW, withHouse } from '../support/domain.ts';

const test = suite('signing keys');

test(
  'the first process makes the signing key, and every later one gets the same',
  withHouse(async ({ em }) => {
    assert.equal(await signingKeys(em(), 'the first', NOW), ['the first']);
    assert.equal(await signingKeys(em(), 'of another process', later(1000)), ['the first']);
  }),
);

test(
  'all signing keys are returned, newest first',
  withHouse(async ({ em }) => {
    for (const [value, createdAt] of [
      ['old', NOW],
      ['new', later(1000)],
    ] as const)
      await em().insert(SigningKey, { value, createdAt });
    assert.equal(await signingKeys(em(), 'fresh', later(2000)), ['new', 'old']);
  }),
);

test.run();

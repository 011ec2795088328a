import Keygrip from 'keygrip';
import * as assert from 'uvu/assert';
import { CookieKeys } from '../../server/live/cookie-keys.ts';
import { suite } from '../support/suite.ts';

const test = suite('cookie keys');

const KEYS = ['the new key', 'the old key'];
const keys = new CookieKeys(KEYS);

test('a signature is that of the newest key', () => {
  assert.is(keys.sign('sid=1'), new Keygrip(KEYS, 'sha256').sign('sid=1'));
});

test('a right signature tells its key each time', () => {
  const old = new Keygrip(['the old key'], 'sha256').sign('sid=1');
  for (let time = 0; time < 2; time += 1) {
    assert.equal([keys.index('sid=1', keys.sign('sid=1')), keys.index('sid=1', old)], [0, 1]);
    assert.ok(keys.verify('sid=1', old));
  }
});

test('a signature of other data is wrong, also after the right one was seen', () => {
  const signature = keys.sign('sid=1');
  assert.ok(keys.verify('sid=1', signature));
  for (const [data, given] of [
    ['sid=2', signature],
    ['sid=1', `${signature}x`],
    ['sid=1', ''],
    [`sid=1 ${signature}`, ''],
    ['sid', `1 ${signature}`],
  ] as const)
    assert.is(keys.index(data, given), -1, data);
});

test.run();

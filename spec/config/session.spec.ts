import { readFileSync, statSync, existsSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cookieOptions, sessionKeys, sessionOptions } from '../../config/session.ts';
import { beginSession } from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, withFile, withHouse } from '../support/nouns.ts';

const test = suite('session keys and cookies');

test(
  'are signed with a key that is made once and kept beside the database',
  withFile(async (file) => {
    const keys = sessionKeys(undefined, file);
    assert.is(keys.length, 1);
    assert.ok(Buffer.from(keys[0]!, 'base64url').length >= 32);
    assert.equal(sessionKeys(undefined, file), keys);
    assert.is(readFileSync(`${file}.keys`, 'utf8').trim(), keys[0]);
  }),
);

test(
  'are signed with a key that its owner alone can read',
  withFile(async (file) => {
    sessionKeys(undefined, file);
    assert.is(statSync(`${file}.keys`).mode & 0o777, 0o600);
  }),
);

test(
  'are signed with every key of the file, newest first',
  withFile(async (file) => {
    writeFileSync(`${file}.keys`, 'new\nold\n');
    assert.equal(sessionKeys(undefined, file), ['new', 'old']);
  }),
);

test(
  'are signed with the keys that are given, and then none is made',
  withFile(async (file) => {
    assert.equal(sessionKeys(['given'], file), ['given']);
    assert.not.ok(existsSync(`${file}.keys`));
    assert.is(sessionKeys([], file).length, 1);
    assert.ok(existsSync(`${file}.keys`));
  }),
);

test('are signed with a key of their own each time where the database is in memory', () => {
  assert.is.not(sessionKeys(undefined, ':memory:')[0], sessionKeys(undefined, ':memory:')[0]);
  assert.not.ok(existsSync(':memory:.keys'));
});

test('are bound to the host over https', () => {
  const { name, attributes } = cookieOptions(true);
  assert.is(name('sid'), '__Host-sid');
  assert.equal(attributes, { httpOnly: true, sameSite: 'lax', secure: true, path: '/', signed: true });
});

test('work over plain http too, where no browser would take a bound one', () => {
  const { name, attributes } = cookieOptions(false);
  assert.equal([name('sid'), attributes.secure], ['sid', false]);
});

test(
  'hold an id that cannot be guessed, of a session that the database keeps',
  withHouse(async ({ em }) => {
    const { genid, store } = sessionOptions({ secure: false, em, clock: () => NOW });
    const key = genid({ sessionKey: '' });
    assert.is(Buffer.from(key, 'base64url').length, 24);
    assert.is.not(genid({ sessionKey: '' }), key);
    const data = { userId: (await em().findOneOrFail(User, { username: 'ada' })).id, csrf: 'a token' };
    await store.set(key, data);
    assert.is(await store.get(key), undefined, 'a session that never began');
    await beginSession(em(), key, data, NOW);
    assert.equal(await store.get(key), data);
    await store.destroy(key);
    assert.is(await store.get(key), undefined);
  }),
);

test.run();

import type { SessionCache } from '../server/live/session-cache.ts';
import Keygrip from 'keygrip';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { suite } from './support/suite.ts';
import * as assert from 'uvu/assert';
import { beginSession } from '../server/chat/session.ts';
import { User } from '../server/chat/user.ts';
import { sessionKeys } from '../server/keys.ts';
import { cookieOptions, sessionOptions } from '../server/middleware/session.ts';
import { withApp } from './support/app.ts';
import { NOW, withFile, withHouse } from './support/domain.ts';
import { bare } from './support/visitor.ts';

const test = suite('session keys and cookies');

test(
  'the session key is made once, and kept beside the database',
  withFile(async (file) => {
    const keys = sessionKeys(undefined, file);
    assert.is(keys.length, 1);
    assert.ok(Buffer.from(keys[0]!, 'base64url').length >= 32);
    assert.equal(sessionKeys(undefined, file), keys);
    assert.is(readFileSync(`${file}.keys`, 'utf8').trim(), keys[0]);
  }),
);

test(
  'only its owner can read the file of keys',
  withFile(async (file) => {
    sessionKeys(undefined, file);
    assert.is(statSync(`${file}.keys`).mode & 0o777, 0o600);
  }),
);

test(
  'all keys of the file are used, newest first',
  withFile(async (file) => {
    writeFileSync(`${file}.keys`, 'new\nold\n');
    assert.equal(sessionKeys(undefined, file), ['new', 'old']);
  }),
);

test(
  'given keys are used, and then no file is made',
  withFile(async (file) => {
    assert.equal(sessionKeys(['given'], file), ['given']);
    assert.not.ok(existsSync(`${file}.keys`));
    assert.is(sessionKeys([], file).length, 1);
    assert.ok(existsSync(`${file}.keys`));
  }),
);

test('a database in memory gets a new key each time, and no file', () => {
  assert.is.not(sessionKeys(undefined, ':memory:')[0], sessionKeys(undefined, ':memory:')[0]);
  assert.not.ok(existsSync(':memory:.keys'));
});

test('the cookie is bound to the host over https', () => {
  const { name, attributes } = cookieOptions(true);
  assert.is(name('sid'), '__Host-sid');
  assert.equal(attributes, { httpOnly: true, sameSite: 'lax', secure: true, path: '/', signed: true });
});

test('the cookie works over plain http, without the __Host- prefix', () => {
  const { name, attributes } = cookieOptions(false);
  assert.equal([name('sid'), attributes.secure], ['sid', false]);
});

for (const path of ['/poll', '/rooms'])
  test(
    `a cookie that an older key has signed is signed again, as securely as before: at ${path}`,
    withApp(
      async ({ cast, base }) => {
        const ada = await cast('ada');
        const cookie = `__Host-sid=${ada.cookies.get('__Host-sid')}`;
        const signature = new Keygrip(['old'], 'sha256').sign(cookie);
        const { headers } = await bare(base, {
          path,
          headers: { Cookie: `${cookie}; __Host-sid.sig=${signature}`, 'X-Forwarded-Proto': 'https' },
        });
        const [line] = headers['set-cookie']!.filter((one) => one.startsWith('__Host-sid.sig='));
        assert.match(line!, /^__Host-sid\.sig=(?!;)[^;]+; path=\/;.*\bsecure\b/);
        assert.match(line!, /httponly/);
        assert.not.match(line!, /domain/i);
      },
      { publicUrl: new URL('https://chat.example') },
      { keys: ['new', 'old'] },
    ),
  );

test(
  'the cookie has a session id of 24 random bytes, and the database has the session',
  withHouse(async ({ em }) => {
    const { genid, store } = sessionOptions({
      secure: false,
      em,
      sessions: { find: () => undefined } as unknown as SessionCache,
      clock: () => NOW,
    });
    const get = (key: string) => store.get(key, 0, { ctx: {} as never });
    const key = genid({ sessionKey: '' });
    assert.is(Buffer.from(key, 'base64url').length, 24);
    assert.is.not(genid({ sessionKey: '' }), key);
    const data = { userId: (await em().findOneOrFail(User, { username: 'ada' })).id, csrf: 'a token' };
    await store.set(key, data);
    assert.is(await get(key), undefined, 'a session that never began');
    await beginSession(em(), key, data, NOW);
    assert.equal(await get(key), data);
    await store.destroy(key);
    assert.is(await get(key), undefined);
  }),
);

test.run();

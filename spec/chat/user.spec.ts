import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { register } from '../../server/chat/registration.ts';
import { authenticate, findByLogin } from '../../server/chat/user.ts';
import { HASHING, NOW, withHouse } from '../support/domain.ts';

const test = suite('user');

test(
  'a user logs in with username or email, in any case and with space around it',
  withHouse(async ({ em }) => {
    for (const login of ['ada', 'ADA', ' ada ', 'ａｄａ', 'ada@example.org', 'Ada@EXAMPLE.org']) {
      assert.is((await authenticate(em(), login, 'correct horse', HASHING))?.username, 'ada', login);
    }
  }),
);

test(
  "a wrong password, another user's password or another case does not log in",
  withHouse(async ({ em }) => {
    const barbara = { username: 'barbara', email: 'barbara@example.org', password: 'an own password' };
    await register(em(), barbara, { now: NOW, ...HASHING });
    for (const password of ['', 'wrong horse', 'an own password', 'Correct horse', 'correct horse ']) {
      assert.is(await authenticate(em(), 'ada', password, HASHING), undefined, password);
    }
  }),
);

test(
  'a log-in for an unknown name also costs a hash, so that its time does not tell who has an account',
  withHouse(async ({ em }) => {
    /** CPU of this process, in milliseconds, at best: a busy machine and a database only add to the time by the clock. */
    const cost = async (login: string) => {
      const costs: number[] = [];
      for (let time = 0; time < 4; time += 1) {
        const before = process.cpuUsage();
        assert.is(await authenticate(em(), login, 'wrong horse', { ...HASHING, logN: 13 }), undefined);
        const { user, system } = process.cpuUsage(before);
        costs.push((user + system) / 1000);
      }
      return Math.min(...costs);
    };
    // Cost 13 takes some 30 ms, a lookup a few; ada's own hash has cost 4. The first for nobody makes the decoy hash.
    const [unknown, cheap] = [await cost('nobody'), await cost('ada')];
    assert.ok(unknown > cheap * 3, `${unknown} ms for nobody, ${cheap} ms at the lowest cost`);
  }),
);

test(
  'any text can be looked up as a login',
  withHouse(async ({ em }) => {
    for (const login of ['', ' ', '@', 'a\0b', 'a\ud800', '%', 'x'.repeat(100_000)])
      assert.is(await findByLogin(em(), login), null);
  }),
);

test.run();

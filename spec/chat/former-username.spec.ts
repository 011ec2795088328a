import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeUsername } from '../../server/chat/account.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { FormerUsername } from '../../server/chat/former-username.ts';
import { findByLogin, findByUsername, register, User } from '../../server/chat/user.ts';
import { LOG_N, NOW, refusal, thrownBy, withHouse, type House } from '../support/nouns.ts';

const test = suite('a former username');

const TAKEN = { username: 'This username is taken. Choose another.' };

/** Changes a username as a request does, which has no transaction of its own. */
async function rename({ em }: House, from: string, to: string): Promise<void> {
  const own = em();
  await changeUsername(own, await own.findOneOrFail(User, { username: from }), to);
}

const registered = ({ em }: House, username: string) =>
  register(
    em(),
    { username, email: 'barbara@example.org', password: 'correct horse' },
    { now: NOW, logN: LOG_N },
  );
const formerOnes = async ({ em }: House) =>
  (await em().find(FormerUsername, {}, { orderBy: { usernameKey: 'asc' } })).map(
    ({ usernameKey }) => usernameKey,
  );

test(
  'finds nobody any more',
  withHouse(async (house) => {
    await rename(house, 'ada', 'Countess');
    assert.equal(
      [await findByUsername(house.em(), 'ada'), await findByLogin(house.em(), 'ada')],
      [null, null],
    );
    assert.is((await findByLogin(house.em(), 'COUNTESS'))?.username, 'Countess');
  }),
);

test(
  'is given to nobody else, neither at registration nor by a change, in whatever case',
  withHouse(async (house) => {
    await rename(house, 'ada', 'countess');
    for (const username of ['ada', 'ADA', 'ａｄａ']) {
      assert.equal((await refusal(Invalid, registered(house, username))).problems, TAKEN);
      assert.equal((await refusal(Invalid, rename(house, 'grace', username))).problems, TAKEN);
    }
    assert.is((await findByUsername(house.em(), 'grace'))?.username, 'grace');
  }),
);

test(
  'may be taken back by who had it, and is then no former one',
  withHouse(async (house) => {
    await rename(house, 'ada', 'countess');
    await rename(house, 'countess', 'lovelace');
    assert.equal(await formerOnes(house), ['ada', 'countess']);
    await rename(house, 'lovelace', 'Ada');
    assert.equal(await formerOnes(house), ['countess', 'lovelace']);
    await rename(house, 'Ada', 'countess');
    assert.equal(await formerOnes(house), ['ada', 'lovelace']);
  }),
);

test(
  'is none where only the case changes',
  withHouse(async (house) => {
    await rename(house, 'ada', 'Ada');
    await rename(house, 'Ada', 'Ada');
    assert.equal(await formerOnes(house), []);
    assert.is((await findByUsername(house.em(), 'ada'))?.username, 'Ada');
  }),
);

test(
  'is that of one person where two want the same new one at once',
  withHouse(async (house) => {
    const [refused, ...others] = await thrownBy([
      rename(house, 'ada', 'countess'),
      rename(house, 'grace', 'Countess'),
    ]);
    assert.is(others.length, 0);
    assert.equal((refused as Invalid).problems, TAKEN);
    assert.is((await formerOnes(house)).length, 1);
  }),
);

test(
  'is kept for each of two changes that one person makes at once',
  withHouse(async (house) => {
    await thrownBy([rename(house, 'ada', 'countess'), rename(house, 'ada', 'lovelace')]);
    const { usernameKey } = await house.em().findOneOrFail(User, { email: 'ada@example.org' });
    assert.equal([...(await formerOnes(house)), usernameKey].sort(), ['ada', 'countess', 'lovelace']);
  }),
);

test.run();

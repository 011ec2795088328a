import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { changeUsername } from '../../server/chat/account.ts';
import { register } from '../../server/chat/registration.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { FormerUsername } from '../../server/chat/former-username.ts';
import { findByLogin, findByUsername, User } from '../../server/chat/user.ts';
import { type House, HASHING, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('former username');

const TAKEN = { username: 'This username is taken. Choose another.' };

/** Changes a username as a request does: outside any transaction. */
async function rename({ em }: House, from: string, to: string): Promise<void> {
  const own = em();
  await changeUsername(own, await own.findOneOrFail(User, { username: from }), to);
}

const registerAs = ({ em }: House, username: string) =>
  register(
    em(),
    { username, email: 'barbara@example.org', password: 'correct horse' },
    { now: NOW, ...HASHING },
  );
const formerOnes = async ({ em }: House) =>
  (await em().find(FormerUsername, {}, { orderBy: { usernameKey: 'asc' } })).map(
    ({ usernameKey }) => usernameKey,
  );

test(
  'a former username finds no user',
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
  'another user cannot get a former username, neither by registering nor by a change, in any case',
  withHouse(async (house) => {
    await rename(house, 'ada', 'countess');
    for (const username of ['ada', 'ADA', 'ａｄａ']) {
      assert.equal((await refusal(Invalid, registerAs(house, username))).problems, TAKEN);
      assert.equal((await refusal(Invalid, rename(house, 'grace', username))).problems, TAKEN);
    }
    assert.is((await findByUsername(house.em(), 'grace'))?.username, 'grace');
  }),
);

test(
  'a user can take back their own former username, which then is no longer a former one',
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
  'changing only the case leaves no former username',
  withHouse(async (house) => {
    await rename(house, 'ada', 'Ada');
    await rename(house, 'Ada', 'Ada');
    assert.equal(await formerOnes(house), []);
    assert.is((await findByUsername(house.em(), 'ada'))?.username, 'Ada');
  }),
);

test(
  'when two users want the same new username at once, one gets it',
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
  'two changes by one user at once leave two former usernames',
  withHouse(async (house) => {
    await thrownBy([rename(house, 'ada', 'countess'), rename(house, 'ada', 'lovelace')]);
    const { usernameKey } = await house.em().findOneOrFail(User, { email: 'ada@example.org' });
    assert.equal([...(await formerOnes(house)), usernameKey].toSorted(), ['ada', 'countess', 'lovelace']);
  }),
);

test(
  "a user's latest 20 former usernames are reserved, and earlier ones are free again",
  withHouse(async (house) => {
    const names = ['ada', ...Array.from({ length: 22 }, (_, number) => `ada${number}`)];
    for (const [index, name] of names.slice(1).entries()) await rename(house, names[index]!, name);
    assert.equal(await formerOnes(house), names.slice(2, -1).toSorted());
    assert.equal((await refusal(Invalid, registerAs(house, 'ada1'))).problems, TAKEN);
    assert.is((await registerAs(house, 'ada')).username, 'ada');
  }),
);

test.run();

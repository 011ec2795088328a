import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { type NewAccount, register } from '../../server/chat/registration.ts';
import { User } from '../../server/chat/user.ts';
import { type House, HASHING, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';
import { suite } from '../support/suite.ts';

const test = suite('registration');

const barbara = { username: 'barbara', email: 'barbara@example.org', password: 'correct horse' };
const create = ({ em }: House, typed: Partial<NewAccount> = {}) =>
  register(em(), { ...barbara, ...typed }, { now: NOW, ...HASHING });
const problemsOf = async (house: House, typed: Partial<NewAccount>) =>
  (await refusal(Invalid, create(house, typed))).problems;

test(
  'a username is stored in NFKC as typed, without space around it',
  withHouse(async (house) => {
    assert.is((await create(house, { username: ' Ｂａｒｂａｒａ ' })).username, 'Barbara');
  }),
);

test(
  'an invalid registration reports every problem at once, and stores nothing',
  withHouse(async (house) => {
    assert.equal(Object.keys(await problemsOf(house, { username: '', email: 'x', password: 'short' })), [
      'username',
      'email',
      'password',
    ]);
    assert.is(await house.em().count(User), 3);
  }),
);

const sames = [
  ['case', 'STRASSE', 'strasse'],
  ['case in German', 'Straße', 'STRASSE'],
  ['case in Greek', 'ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
  ['width', 'ｇｒａｃｅ', 'GRACE'],
  ['composition', 'Zoe\u0308', 'zo\u00eb'],
] as const;

for (const [what, first, second] of sames) {
  test(
    `two usernames may not differ by ${what} alone`,
    withHouse(async (house) => {
      if (first !== 'ｇｒａｃｅ') await create(house, { username: first, email: 'first@example.org' });
      assert.equal(await problemsOf(house, { username: second }), {
        username: 'This username is taken. Choose another.',
      });
    }),
  );
}

test(
  'two accounts may not have the same email, in any case',
  withHouse(async (house) => {
    const problems = await problemsOf(house, { email: ' ADA@Example.Org ' });
    assert.equal(problems, {
      email: 'There is an account with this email already. Log in, or use another address.',
    });
  }),
);

test(
  'a registration reports that both username and email are taken, even by different users',
  withHouse(async (house) => {
    assert.equal(Object.keys(await problemsOf(house, { username: 'Ada', email: 'grace@example.org' })), [
      'username',
      'email',
    ]);
  }),
);

test(
  'when two registrations want the same username at once, one gets it',
  withHouse(async (house) => {
    const [refused, ...others] = await thrownBy([
      create(house),
      create(house, { username: 'BARBARA', email: 'other@example.org' }),
    ]);
    assert.is(others.length, 0);
    assert.instance(refused, Invalid);
    assert.equal((refused as Invalid).problems, { username: 'This username is taken. Choose another.' });
    assert.is(await house.em().count(User), 4);
  }),
);

test(
  'when two registrations want the same email at once, one gets it',
  withHouse(async (house) => {
    const [refused, ...others] = await thrownBy([
      create(house),
      create(house, { username: 'liskov', email: 'Barbara@example.org' }),
    ]);
    assert.is(others.length, 0);
    assert.instance(refused, Invalid);
    assert.equal(Object.keys((refused as Invalid).problems), ['email']);
  }),
);

test(
  'the database stores a hash of the password, and JSON leaves out even that',
  withHouse(async (house) => {
    const user = await create(house);
    assert.match(Buffer.from(user.passwordHash, 'base64').toString('latin1'), /^scrypt/);
    assert.not.match(JSON.stringify(user), /passwordHash|c2NyeXB0/);
  }),
);

test.run();

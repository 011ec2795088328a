import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { register } from '../../server/chat/registration.ts';
import { awayChoices } from '../../server/chat/away.ts';
import {
  confirmEmail,
  deleteExpiredConfirmations,
  disownEmail,
  makeConfirmation,
  userOfConfirmation,
} from '../../server/chat/confirmation.ts';
import { NotFound } from '../../server/chat/errors.ts';
import { User } from '../../server/chat/user.ts';
import { HASHING, type House, later, NOW, PASSWORD, refusal, withHouse } from '../support/domain.ts';

const test = suite('confirmation of an address');

const DAY_MS = 86_400_000;

const tokenFor = async (house: House, username: string) => {
  const link = await makeConfirmation(house.em(), { id: await house.id(username) }, NOW);
  return link?.path.replace('/confirm/', '');
};
const isConfirmed = async (house: House, username: string) =>
  (await awayChoices(await house.reader(), await house.id(username))).isConfirmed;

test(
  'the owner of an address confirms it, and the links to it are used up',
  withHouse(async (house) => {
    const [first, second] = [await tokenFor(house, 'ada'), await tokenFor(house, 'ada')];
    assert.not.ok(await isConfirmed(house, 'ada'));
    await confirmEmail(house.em(), first!, NOW);
    assert.ok(await isConfirmed(house, 'ada'));
    for (const token of [first, second]) await refusal(NotFound, confirmEmail(house.em(), token!, NOW));
    assert.is(await tokenFor(house, 'ada'), undefined, 'there is nothing left to confirm');
  }),
);

test(
  'another address of the account is not confirmed, and a link to the old one does nothing',
  withHouse(async (house) => {
    const old = await tokenFor(house, 'ada');
    await confirmEmail(house.em(), (await tokenFor(house, 'ada'))!, NOW);
    await house
      .em()
      .nativeUpdate(User, { username: 'ada' }, { email: 'a@b.example', emailKey: 'a@b.example' });
    assert.not.ok(await isConfirmed(house, 'ada'));
    await refusal(NotFound, userOfConfirmation(house.em(), old!, NOW));
  }),
);

test(
  'the owner of the address who has not the account takes it off, and registers with it',
  withHouse(async (house) => {
    await disownEmail(house.em(), (await tokenFor(house, 'ada'))!, NOW);
    assert.is((await house.em().findOneOrFail(User, { username: 'ada' })).email, '');
    assert.is(await tokenFor(house, 'ada'), undefined, 'there is no address to confirm');

    await register(
      house.em(),
      { username: 'owner', email: 'ADA@example.org', password: PASSWORD },
      { now: NOW, ...HASHING },
    );
  }),
);

test(
  'a link works for a week, and is cleared away',
  withHouse(async (house) => {
    const token = (await tokenFor(house, 'ada'))!;
    assert.is((await userOfConfirmation(house.em(), token, later(7 * DAY_MS - 1))).username, 'ada');
    await refusal(NotFound, userOfConfirmation(house.em(), token, later(7 * DAY_MS)));
    await deleteExpiredConfirmations(house.em(), later(7 * DAY_MS));
    await refusal(NotFound, userOfConfirmation(house.em(), token, NOW));
  }),
);

test.run();

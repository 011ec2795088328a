import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid, NotFound } from '../../server/chat/errors.ts';
import { resetPassword } from '../../server/chat/password-reset.ts';
import {
  deleteExpiredResetLinks,
  makeResetLink,
  ResetLink,
  userOfResetLink,
  VALID_MS,
} from '../../server/chat/reset-link.ts';
import { authenticate, User } from '../../server/chat/user.ts';
import { type House, later, HASHING, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('reset link');

const tokenFor = async ({ em }: House, username: string) =>
  (await makeResetLink(em(), await em().findOneOrFail(User, { username }), NOW)).replace('/reset/', '');
const set = ({ em }: House, token: string, password = 'battery staple', now = NOW) =>
  resetPassword(em(), token, password, { now, ...HASHING });

test(
  'a reset link sets a new password for its user, once',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    assert.is((await userOfResetLink(house.em(), token, NOW)).username, 'ada');
    assert.is((await set(house, token)).username, 'ada');
    assert.is((await authenticate(house.em(), 'ada', 'battery staple', HASHING))?.username, 'ada');
    assert.is(await authenticate(house.em(), 'ada', 'correct horse', HASHING), undefined);
    await refusal(NotFound, set(house, token, 'another staple'));
  }),
);

test(
  'a reset link is stored as a hash, which opens nothing',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    const [link] = await house.em().find(ResetLink, {});
    assert.not.match(link!.id, new RegExp(token));
    await refusal(NotFound, userOfResetLink(house.em(), link!.id, NOW));
  }),
);

test(
  'a reset link works for an hour, and is then deleted',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    await userOfResetLink(house.em(), token, later(VALID_MS - 1));
    await refusal(NotFound, userOfResetLink(house.em(), token, later(VALID_MS)));
    await refusal(NotFound, set(house, token, 'battery staple', later(VALID_MS)));
    await deleteExpiredResetLinks(house.em(), later(VALID_MS - 1));
    assert.is(await house.em().count(ResetLink), 1);
    await deleteExpiredResetLinks(house.em(), later(VALID_MS));
    assert.is(await house.em().count(ResetLink), 0);
  }),
);

test(
  'a reset link stays valid when the password is refused',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    assert.ok((await refusal(Invalid, set(house, token, 'short'))).problems.password);
    await set(house, token);
  }),
);

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Invalid, Missing } from '../../server/chat/errors.ts';
import {
  forgetResetLinks,
  LASTS_MS,
  makeResetLink,
  ResetLink,
  resetPassword,
  userOfLink,
} from '../../server/chat/reset-link.ts';
import { Session, beginSession } from '../../server/chat/session.ts';
import { authenticate, User } from '../../server/chat/user.ts';
import { later, LOG_N, NOW, refusal, thrownBy, withHouse, type House } from '../support/nouns.ts';

const test = suite('a link that sets a new password');

const tokenFor = async ({ em }: House, username: string) =>
  (await makeResetLink(em(), await em().findOneOrFail(User, { username }), NOW)).replace('/reset/', '');
const set = ({ em }: House, token: string, password = 'battery staple', now = NOW) =>
  resetPassword(em(), token, password, { now, logN: LOG_N });

test(
  'sets it for the person, once',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    assert.is((await userOfLink(house.em(), token, NOW)).username, 'ada');
    assert.is((await set(house, token)).username, 'ada');
    assert.is((await authenticate(house.em(), 'ada', 'battery staple', { logN: LOG_N }))?.username, 'ada');
    assert.is(await authenticate(house.em(), 'ada', 'correct horse', { logN: LOG_N }), undefined);
    await refusal(Missing, set(house, token, 'another staple'));
  }),
);

test(
  'is kept as a hash, which opens nothing',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    const [link] = await house.em().find(ResetLink, {});
    assert.not.match(link!.id, new RegExp(token));
    await refusal(Missing, userOfLink(house.em(), link!.id, NOW));
  }),
);

test(
  'works for an hour, and is forgotten then',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    await userOfLink(house.em(), token, later(LASTS_MS - 1));
    await refusal(Missing, userOfLink(house.em(), token, later(LASTS_MS)));
    await refusal(Missing, set(house, token, 'battery staple', later(LASTS_MS)));
    await forgetResetLinks(house.em(), later(LASTS_MS - 1));
    assert.is(await house.em().count(ResetLink), 1);
    await forgetResetLinks(house.em(), later(LASTS_MS));
    assert.is(await house.em().count(ResetLink), 0);
  }),
);

test(
  'stays good where the password is refused',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    assert.ok((await refusal(Invalid, set(house, token, 'short'))).problems.password);
    await set(house, token);
  }),
);

test(
  'sets one password where it is used twice at once',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    const refused = await thrownBy([set(house, token), set(house, token)]);
    assert.is(refused.length, 1);
    assert.instance(refused[0], Missing);
  }),
);

test(
  "ends the sessions and the other links of the person, and nobody else's",
  withHouse(async (house) => {
    const [first, second, graces] = [
      await tokenFor(house, 'ada'),
      await tokenFor(house, 'ada'),
      await tokenFor(house, 'grace'),
    ];
    for (const username of ['ada', 'grace']) {
      const { id } = await house.em().findOneOrFail(User, { username });
      await beginSession(house.em(), `a key of ${username}`, { userId: id, csrf: 'token' }, NOW);
    }
    await set(house, second);
    await refusal(Missing, userOfLink(house.em(), first, NOW));
    await userOfLink(house.em(), graces, NOW);
    const sessions = await house.em().find(Session, {}, { populate: ['user'] });
    assert.equal(
      sessions.map(({ user }) => user.username),
      ['grace'],
    );
  }),
);

test.run();

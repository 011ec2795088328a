import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { awayChoices } from '../../server/chat/away.ts';
import { NotFound } from '../../server/chat/errors.ts';
import { resetPassword } from '../../server/chat/password-reset.ts';
import { makeResetLink, userOfResetLink } from '../../server/chat/reset-link.ts';
import { beginSession, Session } from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { type House, HASHING, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('reset of a password');

const tokenFor = async ({ em }: House, username: string) =>
  (await makeResetLink(em(), await em().findOneOrFail(User, { username }), NOW)).replace('/reset/', '');
const set = ({ em }: House, token: string, password = 'battery staple', now = NOW) =>
  resetPassword(em(), token, password, { now, ...HASHING });

test(
  'a reset link that is used twice at once sets one password',
  withHouse(async (house) => {
    const token = await tokenFor(house, 'ada');
    const refused = await thrownBy([set(house, token), set(house, token)]);
    assert.is(refused.length, 1);
    assert.instance(refused[0], NotFound);
  }),
);

test(
  'a reset ends all sessions and other links of the user, and those of nobody else, and confirms no address',
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
    assert.not.ok((await awayChoices(await house.reader(), await house.id('ada'))).isConfirmed);
    await refusal(NotFound, userOfResetLink(house.em(), first, NOW));
    await userOfResetLink(house.em(), graces, NOW);
    const sessions = await house.em().find(Session, {}, { populate: ['user'] });
    assert.equal(
      sessions.map(({ user }) => user.username),
      ['grace'],
    );
  }),
);

test.run();

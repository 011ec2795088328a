import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { changeEmail, changePassword, changeUsername } from '../../server/chat/account.ts';
import { Invalid, RateLimited } from '../../server/chat/errors.ts';
import { attemptBuckets } from '../../server/chat/login-attempt.ts';
import { sessionsPage } from '../../server/chat/session-list.ts';
import { beginSession, sessionId } from '../../server/chat/session.ts';
import { authenticate, findByLogin, User } from '../../server/chat/user.ts';
import { type House, later, HASHING, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('account');

const RIGHT = 'correct horse';
const NEW = 'battery staple';
const WRONG = { current: 'This is not your password. Type the one that you log in with.' };

/** Ada's account in a fresh unit of work, as a request finds it. */
const adaIn = async ({ em }: House) => {
  const fresh = em();
  return [fresh, await fresh.findOneOrFail(User, { email: 'ada@example.org' })] as const;
};
const trial = (now = NOW) => ({ ...HASHING, buckets: attemptBuckets('ada', '192.0.2.1'), now });
const toPassword = async (house: House, typed: { current?: string; password?: string }, now?: Date) =>
  changePassword(
    ...(await adaIn(house)),
    { current: RIGHT, password: NEW, ...typed },
    { ...trial(now), keep: sessionId('here') },
  );
const toEmail = async (house: House, typed: { current?: string; email?: string }, now?: Date) =>
  changeEmail(
    ...(await adaIn(house)),
    { current: RIGHT, email: 'countess@example.org', ...typed },
    { ...trial(now), keep: sessionId('here') },
  );
const logsIn = async ({ em }: House, password: string) =>
  (await authenticate(em(), 'ada', password, HASHING)) !== undefined;

test(
  'after a change of password the new password logs in, and the old one does not',
  withHouse(async (house) => {
    await toPassword(house, {});
    assert.equal([await logsIn(house, RIGHT), await logsIn(house, NEW)], [false, true]);
  }),
);

test(
  'an account keeps its password when the current one is wrong or the new one is invalid, and the user learns both at once',
  withHouse(async (house) => {
    assert.equal((await refusal(Invalid, toPassword(house, { current: 'wrong horse' }))).problems, WRONG);
    assert.equal((await refusal(Invalid, toPassword(house, { password: 'short' }))).problems, {
      password: 'Choose a password of at least 8 characters.',
    });
    assert.equal(
      Object.keys(
        (await refusal(Invalid, toPassword(house, { current: '', password: 'password' }))).problems,
      ),
      ['current', 'password'],
    );
    assert.equal([await logsIn(house, RIGHT), await logsIn(house, NEW)], [true, false]);
  }),
);

const sessionsOf = async ({ reader }: House, { id }: User) =>
  (await sessionsPage(await reader(), id, { own: '', now: NOW, number: 1 })).rows;

test(
  'a change of password ends all other sessions of the user, and no session of anybody else',
  withHouse(async (house) => {
    const [ada, grace] = [await findByLogin(house.em(), 'ada'), await findByLogin(house.em(), 'grace')];
    for (const [key, user] of [
      ['here', ada!],
      ['telephone', ada!],
      ['library', ada!],
      ['hers', grace!],
    ] as const) {
      await beginSession(house.em(), key, { userId: user.id, csrf: key }, NOW);
    }
    await refusal(Invalid, toPassword(house, { current: 'wrong horse' }));
    assert.is((await sessionsOf(house, ada!)).length, 3);
    await toPassword(house, {});
    assert.equal(
      (await sessionsOf(house, ada!)).map(({ id }) => id),
      [sessionId('here')],
    );
    assert.is((await sessionsOf(house, grace!)).length, 1);
  }),
);

test(
  'of two password changes at the same time, one wins and the other is refused',
  withHouse(async (house) => {
    const [refused, ...others] = await thrownBy([
      toPassword(house, { password: NEW }),
      toPassword(house, { password: 'another staple' }),
    ]);
    assert.is(others.length, 0);
    assert.equal((refused as Invalid).problems, WRONG);
  }),
);

test(
  'after a change of email the new email logs in, and is shown in the case the user typed',
  withHouse(async (house) => {
    await toEmail(house, { email: ' Countess@Example.org ' });
    assert.is((await findByLogin(house.em(), 'countess@example.ORG'))?.email, 'Countess@Example.org');
    assert.is(await findByLogin(house.em(), 'ada@example.org'), null);
  }),
);

test(
  'a user can change the case of their email',
  withHouse(async (house) => {
    await toEmail(house, { email: 'ADA@example.org' });
    assert.is((await findByLogin(house.em(), 'ada'))?.email, 'ADA@example.org');
  }),
);

test(
  'an account keeps its email when the password is wrong, or the new email is malformed or taken',
  withHouse(async (house) => {
    assert.equal((await refusal(Invalid, toEmail(house, { current: '' }))).problems, WRONG);
    assert.equal(
      Object.keys((await refusal(Invalid, toEmail(house, { email: 'nowhere', current: '' }))).problems),
      ['email', 'current'],
    );
    const { problems } = await refusal(Invalid, toEmail(house, { email: 'Grace@example.org' }));
    assert.equal(problems, { email: 'There is an account with this email already. Use another address.' });
    assert.is((await findByLogin(house.em(), 'ada'))?.email, 'ada@example.org');
  }),
);

test(
  'wrong passwords in the settings count as wrong log-ins, and the right one does not count',
  withHouse(async (house) => {
    for (let time = 0; time < 12; time += 1) await refusal(Invalid, toEmail(house, { email: '' }));
    for (let time = 0; time < 5; time += 1) {
      await refusal(Invalid, toEmail(house, { current: `wrong ${time}` }));
      await refusal(Invalid, toPassword(house, { current: `wrong ${time}` }));
    }
    const refused = await refusal(RateLimited, toPassword(house, {}));
    assert.equal(
      [refused.retryAfter, refused.message],
      [600, 'Too many wrong passwords in a short time. Wait 10 minutes, then try again.'],
    );
    await refusal(RateLimited, toEmail(house, {}));
    await toPassword(house, {}, later(600_000));
  }),
);

test(
  'entries show the new username after a change',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await house.say('ada', lobby, 'hello');
    await changeUsername(...(await adaIn(house)), ' Countess ');
    assert.equal(await house.log(lobby), ['1 entered Countess', '2 Countess: hello']);
  }),
);

test(
  'an account keeps its username when the new one is invalid or taken',
  withHouse(async (house) => {
    for (const [typed, sentence] of [
      ['', /Enter a username/],
      ['a b', /Use only letters/],
      ['GRACE', /taken/],
      ['x'.repeat(33), /at most 32/],
    ] as const) {
      const [em, ada] = await adaIn(house);
      assert.match((await refusal(Invalid, changeUsername(em, ada, typed))).problems.username!, sentence);
      assert.is(ada.username, 'ada', 'also on the page of the refusal');
    }
    assert.ok(await findByLogin(house.em(), 'ada'));
  }),
);

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeEmail, changePassword, changeUsername } from '../../server/chat/account.ts';
import { passwordTrials } from '../../server/chat/attempt.ts';
import { Invalid, Limited } from '../../server/chat/errors.ts';
import { beginSession, sessionId, sessionsOf } from '../../server/chat/session.ts';
import { authenticate, findByLogin, User } from '../../server/chat/user.ts';
import { later, LOG_N, NOW, refusal, thrownBy, withHouse, type House } from '../support/nouns.ts';

const test = suite('an account');

const RIGHT = 'correct horse';
const NEW = 'battery staple';
const WRONG = { current: 'This is not your password. Type the one that you log in with.' };

/** What ada's account is after a change by her, as a request makes it. */
const own = async ({ em }: House) => {
  const fresh = em();
  return [fresh, await fresh.findOneOrFail(User, { email: 'ada@example.org' })] as const;
};
const trial = (now = NOW) => ({ trials: passwordTrials('ada', '192.0.2.1'), now });
const toPassword = async (house: House, typed: { current?: string; password?: string }, now?: Date) =>
  changePassword(
    ...(await own(house)),
    { current: RIGHT, password: NEW, ...typed },
    { ...trial(now), keep: sessionId('here'), logN: LOG_N },
  );
const toEmail = async (house: House, typed: { current?: string; email?: string }, now?: Date) =>
  changeEmail(...(await own(house)), { current: RIGHT, email: 'countess@example.org', ...typed }, trial(now));
const opens = async ({ em }: House, password: string) =>
  (await authenticate(em(), 'ada', password, { logN: LOG_N })) !== undefined;

test(
  'has after a change the new password and not the old one',
  withHouse(async (house) => {
    await toPassword(house, {});
    assert.equal([await opens(house, RIGHT), await opens(house, NEW)], [false, true]);
  }),
);

test(
  'keeps its password where the current one is wrong or the new one cannot be taken, and is told both at once',
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
    assert.equal([await opens(house, RIGHT), await opens(house, NEW)], [true, false]);
  }),
);

test(
  "ends with a change of password all its sessions but the one, and nobody else's",
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
    assert.is((await sessionsOf(house.em(), ada!, NOW)).length, 3);
    await toPassword(house, {});
    assert.equal(
      (await sessionsOf(house.em(), ada!, NOW)).map(({ id }) => id),
      [sessionId('here')],
    );
    assert.is((await sessionsOf(house.em(), grace!, NOW)).length, 1);
  }),
);

test(
  'is given one password where two are set at once',
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
  'has after a change the new email, in the case it was typed in',
  withHouse(async (house) => {
    await toEmail(house, { email: ' Countess@Example.org ' });
    assert.is((await findByLogin(house.em(), 'countess@example.ORG'))?.email, 'Countess@Example.org');
    assert.is(await findByLogin(house.em(), 'ada@example.org'), null);
  }),
);

test(
  'may change the case of its email',
  withHouse(async (house) => {
    await toEmail(house, { email: 'ADA@example.org' });
    assert.is((await findByLogin(house.em(), 'ada'))?.email, 'ADA@example.org');
  }),
);

test(
  "keeps its email where the password is wrong, or the new one is malformed or somebody else's",
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
  'counts wrong passwords as at log-in, and the right one not at all',
  withHouse(async (house) => {
    for (let time = 0; time < 12; time += 1) await refusal(Invalid, toEmail(house, { email: '' }));
    for (let time = 0; time < 5; time += 1) {
      await refusal(Invalid, toEmail(house, { current: `wrong ${time}` }));
      await refusal(Invalid, toPassword(house, { current: `wrong ${time}` }));
    }
    const refused = await refusal(Limited, toPassword(house, {}));
    assert.equal(
      [refused.retryAfter, refused.message],
      [600, 'Too many wrong passwords in a short time. Wait 10 minutes, then try again.'],
    );
    await refusal(Limited, toEmail(house, {}));
    await toPassword(house, {}, later(600_000));
  }),
);

test(
  'follows with all that it wrote when its username changes',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await house.say('ada', lobby, 'hello');
    await changeUsername(...(await own(house)), ' Countess ');
    assert.equal(await house.log(lobby), ['1 entered Countess', '2 Countess: hello']);
  }),
);

test(
  'keeps its username where another cannot be taken',
  withHouse(async (house) => {
    for (const [typed, sentence] of [
      ['', /Enter a username/],
      ['a b', /Use only letters/],
      ['GRACE', /taken/],
      ['x'.repeat(33), /at most 32/],
    ] as const) {
      const [em, ada] = await own(house);
      assert.match((await refusal(Invalid, changeUsername(em, ada, typed))).problems.username!, sentence);
      assert.is(ada.username, 'ada', 'on the page that tells it, too');
    }
    assert.ok(await findByLogin(house.em(), 'ada'));
  }),
);

test.run();

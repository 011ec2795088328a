import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { endAccess, logIn } from '../../server/chat/access.ts';
import { deleteAccount } from '../../server/chat/account-deletion.ts';
import { changeEmail, changePassword } from '../../server/chat/account.ts';
import { Forbidden, Invalid, type Refusal } from '../../server/chat/errors.ts';
import { resetPassword } from '../../server/chat/password-reset.ts';
import { makeResetLink, ResetLink } from '../../server/chat/reset-link.ts';
import { beginSession, Session, sessionId } from '../../server/chat/session.ts';
import { logOutEverywhere, suspend, unsuspend } from '../../server/chat/suspension.ts';
import { authenticate, type User } from '../../server/chat/user.ts';
import { HASHING, type House, NOW, PASSWORD, refusal, withHouse } from '../support/domain.ts';

const test = suite('access to an account');

const CHECK = { ...HASHING, buckets: [], now: NOW };
const KEEP = sessionId('here');
/** Ada in a unit of work of its own, as a request finds her. */
const adaIn = async (house: House) => {
  const em = house.em();
  return [em, (await authenticate(em, 'ada', PASSWORD, HASHING))!] as const;
};
const newKey = (user: User) => ({
  key: 'a new key',
  data: { userId: user.id, csrf: 'token' },
  now: NOW,
});

interface Act {
  run(house: House): Promise<unknown>;
  /** Whether the session in which the user acts goes on. */
  keeps: boolean;
  /** What a log-in is told that was under way. */
  says: string;
  kind?: abstract new (...given: never[]) => Refusal;
}

const LOGGED_OUT = 'You were logged out everywhere while you were logging in. Log in again.';
const WRONG = 'The username, email or password is wrong. Check them, and try again.';

/** Every act that changes what a user logs in with, or shuts them out. */
const ACTS: Record<string, Act> = {
  'a change of password': {
    run: async (house) =>
      changePassword(
        ...(await adaIn(house)),
        { current: PASSWORD, password: 'battery staple' },
        { ...CHECK, keep: KEEP },
      ),
    keeps: true,
    says: WRONG,
  },
  'a change of email': {
    run: async (house) =>
      changeEmail(
        ...(await adaIn(house)),
        { email: 'countess@example.org', current: PASSWORD },
        { ...CHECK, keep: KEEP },
      ),
    keeps: true,
    says: LOGGED_OUT,
  },
  'the end of all sessions': {
    run: (house) => house.as('ada', (em, ada) => logOutEverywhere(em, ada, NOW)),
    keeps: false,
    says: LOGGED_OUT,
  },
  'a suspension': {
    run: (house) => house.as('ada', (em, ada) => suspend(em, ada, 'Rude.', NOW)),
    keeps: false,
    says: 'This account is suspended. The reason: Rude. If you think that this is wrong, write to the people who run this Plainchat.',
    kind: Forbidden,
  },
  'a suspension that is lifted': {
    run: async (house) => {
      await house.as('ada', (em, ada) => suspend(em, ada, 'Rude.', NOW));
      await house.as('ada', (em, ada) => unsuspend(em, ada));
    },
    keeps: false,
    says: LOGGED_OUT,
  },
  'a reset of the password': {
    run: async (house) => {
      const link = await makeResetLink(...(await adaIn(house)), NOW);
      await resetPassword(house.em(), link.replace('/reset/', ''), 'battery staple', CHECK);
    },
    keeps: false,
    says: WRONG,
  },
  'a deletion': {
    run: async (house) => deleteAccount(...(await adaIn(house)), PASSWORD, CHECK),
    keeps: false,
    says: WRONG,
  },
};

for (const [what, { run, keeps, says, kind = Invalid }] of Object.entries(ACTS)) {
  test(
    `${what} ends the other sessions, the links that set a password, and log-ins that are under way, of this user alone`,
    withHouse(async (house) => {
      const [ada, grace] = [await house.id('ada'), await house.id('grace')];
      for (const [key, userId] of [
        ['here', ada],
        ['the telephone', ada],
        ['hers', grace],
      ] as const)
        await beginSession(house.em(), key, { userId, csrf: 'token' }, NOW);
      for (const id of [ada, grace]) await makeResetLink(house.em(), { id }, NOW);
      const [em, verified] = await adaIn(house); // the right password, and no session yet
      await run(house);
      const sessions = await house.em().find(Session, {});
      assert.equal(
        sessions.map(({ id }) => id).toSorted(),
        [sessionId('hers'), ...(keeps ? [KEEP] : [])].toSorted(),
      );
      assert.equal(
        (await house.em().find(ResetLink, {})).map(({ user }) => user.id),
        [grace],
      );
      const refused = await refusal(kind, logIn(em, verified, newKey(verified)));
      assert.is(refused.message, says);
      assert.is(await house.em().count(Session), sessions.length);
    }),
  );
}

test(
  'a log-in begins a session if nothing has changed since the password was verified',
  withHouse(async (house) => {
    const [em, ada] = await adaIn(house);
    await house.as('grace', (em, grace) => endAccess(em, grace));
    await logIn(em, ada, newKey(ada));
    assert.is(await house.em().count(Session, { user: ada.id }), 1);
  }),
);

test.run();

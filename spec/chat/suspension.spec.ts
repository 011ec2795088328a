import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { beginSession, Session } from '../../server/chat/session.ts';
import { suspendedPage } from '../../server/chat/suspended-users.ts';
import { logOutEverywhere, suspend, unsuspend } from '../../server/chat/suspension.ts';
import { suspensionRefusal, User } from '../../server/chat/user.ts';
import { type House, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('suspension');

const userOf = ({ em }: House, username: string) => em().findOneOrFail(User, { username });
const suspendedNames = async ({ reader }: House) =>
  (await suspendedPage(await reader(), 1)).rows.map(({ username }) => username);

/** Gives a user a session, and enters a room for them. */
async function enterLobby(house: House, username: string): Promise<number> {
  const lobby = await house.room('ada', 'lobby');
  await house.enter(username, lobby);
  await beginSession(
    house.em(),
    `a key of ${username}`,
    { userId: (await userOf(house, username)).id, csrf: 'token' },
    NOW,
  );
  return lobby;
}

test(
  'a suspension logs the user out everywhere, takes them out of their room, and tells the reason at log-in',
  withHouse(async (house) => {
    const lobby = await enterLobby(house, 'linus');
    await house.as('linus', (em, linus) => suspend(em, linus, ' Rude in the lobby. ', NOW));
    assert.is(await house.em().count(Session), 0);
    assert.equal(await house.log(lobby), ['1 entered linus', '2 left linus']);
    assert.match(
      suspensionRefusal(await userOf(house, 'linus'))!.message,
      /suspended\. The reason: Rude in the lobby\. /,
    );
    assert.equal(await suspendedNames(house), ['linus']);
  }),
);

test(
  'a suspension can be lifted',
  withHouse(async (house) => {
    await house.as('linus', (em, linus) => suspend(em, linus, 'Rude.', NOW));
    await house.as('linus', (em, linus) => unsuspend(em, linus));
    assert.is(suspensionRefusal(await userOf(house, 'linus')), undefined);
    assert.equal(await suspendedNames(house), []);
  }),
);

test(
  'a suspension needs a reason, and an operator cannot be suspended',
  withHouse(async (house) => {
    const tries = (reason: string) =>
      refusal(
        Invalid,
        house.as('linus', (em, linus) => suspend(em, linus, reason, NOW)),
      );
    assert.is((await tries('')).problems.reason, 'Give a reason in a sentence. This person will see it.');
    assert.match((await tries('x'.repeat(501))).problems.reason!, /at most 500/);
    await house.em().nativeUpdate(User, { username: 'linus' }, { operator: true });
    assert.is(
      (await tries('Rude.')).message,
      'linus is an operator. Ask the people who run this Plainchat to change that first.',
    );
    await house.em().nativeUpdate(User, { username: 'linus' }, { operator: false, deletedAt: NOW });
    assert.is(
      (await tries('Rude.')).message,
      'This account is deleted, so you cannot suspend it. Choose another account.',
    );
    assert.is(
      (
        await refusal(
          Invalid,
          house.as('linus', (em, linus) => logOutEverywhere(em, linus, NOW)),
        )
      ).message,
      'This account is deleted, so nobody is logged in with it. Choose another account.',
    );
    assert.equal(await suspendedNames(house), []);
  }),
);

test(
  'logging a user out everywhere does not suspend them',
  withHouse(async (house) => {
    const lobby = await enterLobby(house, 'linus');
    assert.is(await house.as('linus', (em, linus) => logOutEverywhere(em, linus, NOW)), 1);
    assert.is(await house.em().count(Session), 0);
    assert.equal(await house.log(lobby), ['1 entered linus', '2 left linus']);
    assert.is(suspensionRefusal(await userOf(house, 'linus')), undefined);
  }),
);

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { beginSession, Session } from '../../server/chat/session.ts';
import {
  endSessions,
  suspend,
  suspendedPeople,
  unsuspend,
  whySuspended,
} from '../../server/chat/suspension.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a suspension');

const person = ({ em }: House, username: string) => em().findOneOrFail(User, { username });
const names = async ({ em }: House) => (await suspendedPeople(em())).map(({ username }) => username);

/** Somebody with a session, in a room. */
async function busy(house: House, username: string): Promise<number> {
  const lobby = await house.room('ada', 'lobby');
  await house.enter(username, lobby);
  await beginSession(
    house.em(),
    `a key of ${username}`,
    { userId: (await person(house, username)).id, csrf: 'token' },
    NOW,
  );
  return lobby;
}

test(
  'logs a person out everywhere and out of their room, and says why they cannot log in',
  withHouse(async (house) => {
    const lobby = await busy(house, 'linus');
    await house.as('linus', (em, linus) => suspend(em, linus, ' Rude in the lobby. ', NOW));
    assert.is(await house.em().count(Session), 0);
    assert.equal(await house.log(lobby), ['1 entered linus', '2 left linus']);
    assert.match(
      whySuspended(await person(house, 'linus'))!.message,
      /suspended\. The reason: Rude in the lobby\. /,
    );
    assert.equal(await names(house), ['linus']);
  }),
);

test(
  'can be taken back',
  withHouse(async (house) => {
    await house.as('linus', (em, linus) => suspend(em, linus, 'Rude.', NOW));
    await house.as('linus', (em, linus) => unsuspend(em, linus));
    assert.is(whySuspended(await person(house, 'linus')), undefined);
    assert.equal(await names(house), []);
  }),
);

test(
  'needs a reason, and befalls no operator',
  withHouse(async (house) => {
    const tries = (reason: string) =>
      refusal(
        Invalid,
        house.as('linus', (em, linus) => suspend(em, linus, reason, NOW)),
      );
    assert.match((await tries('')).problems.reason!, /Say why/);
    assert.match((await tries('x'.repeat(501))).problems.reason!, /at most 500/);
    await house.em().nativeUpdate(User, { username: 'linus' }, { operator: true });
    assert.match((await tries('Rude.')).message, /is an operator/);
    assert.equal(await names(house), []);
  }),
);

test(
  'is not the ending of sessions, after which one may log in again',
  withHouse(async (house) => {
    const lobby = await busy(house, 'linus');
    assert.is(await house.as('linus', (em, linus) => endSessions(em, linus, NOW)), 1);
    assert.is(await house.em().count(Session), 0);
    assert.equal(await house.log(lobby), ['1 entered linus', '2 left linus']);
    assert.is(whySuspended(await person(house, 'linus')), undefined);
  }),
);

test.run();

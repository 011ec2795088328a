import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { NotFound } from '../../server/chat/errors.ts';
import {
  beginSession,
  deleteEndedSessions,
  endSession,
  endSessionOf,
  findSession,
  saveSession,
  Session,
  sessionId,
} from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('session');

const DAY = 86_400_000;

/** Logs ada in, with the cookie value `a key`. */
async function logIn({ em }: House) {
  const { id: userId } = await em().findOneOrFail(User, { username: 'ada' });
  const data = { userId, csrf: 'a token' };
  await beginSession(em(), 'a key', data, NOW);
  return data;
}

test(
  'a session is found by its key, with its data',
  withHouse(async (house) => {
    const data = await logIn(house);
    assert.equal(await findSession(house.em(), 'a key', NOW), data);
    assert.is(await findSession(house.em(), 'another key', NOW), undefined);
  }),
);

test(
  'a session is stored under a hash, so that a leaked table opens nothing',
  withHouse(async (house) => {
    await logIn(house);
    const [{ id } = { id: '' }] = await house.em().find(Session, {});
    assert.not.match(JSON.stringify(await house.em().execute('select * from session')), 'a key');
    assert.is(await findSession(house.em(), id, NOW), undefined);
  }),
);

test(
  'a session keeps changes of its data, and the time it began',
  withHouse(async (house) => {
    const data = await logIn(house);
    await saveSession(house.em(), 'a key', { ...data, flash: 'Done.' }, later(DAY));
    assert.equal(await findSession(house.em(), 'a key', later(DAY)), { ...data, flash: 'Done.' });
    const [session] = await house.em().find(Session, {});
    assert.equal([session?.createdAt, session?.seenAt], [NOW, later(DAY)]);
  }),
);

test(
  'a session ends after 30 days without a sign of life',
  withHouse(async (house) => {
    const data = await logIn(house);
    assert.ok(await findSession(house.em(), 'a key', later(30 * DAY - 1)));
    await saveSession(house.em(), 'a key', data, NOW);
    assert.is(await findSession(house.em(), 'a key', later(30 * DAY)), undefined);
  }),
);

test(
  'each sign of life prolongs a session, up to 365 days in all',
  withHouse(async (house) => {
    await logIn(house);
    for (let days = 20; days < 365; days += 20)
      assert.ok(await findSession(house.em(), 'a key', later(days * DAY)), `day ${days}`);
    assert.ok(await findSession(house.em(), 'a key', later(365 * DAY - 1)));
    assert.is(await findSession(house.em(), 'a key', later(365 * DAY)), undefined);
  }),
);

test(
  'a session does not store a sign of life for each request of a visit',
  withHouse(async (house) => {
    await logIn(house);
    await findSession(house.em(), 'a key', later(60_000));
    assert.equal((await house.em().find(Session, {}))[0]?.seenAt, NOW);
  }),
);

test(
  'a session that was ended opens nothing, and other sessions stay open',
  withHouse(async (house) => {
    const data = await logIn(house);
    await beginSession(house.em(), 'the telephone', data, NOW);
    await endSession(house.em(), 'a key');
    assert.is(await findSession(house.em(), 'a key', NOW), undefined);
    assert.ok(await findSession(house.em(), 'the telephone', NOW));
  }),
);

test(
  'a session is deleted after its own end, and not before',
  withHouse(async (house) => {
    const data = await logIn(house);
    await beginSession(house.em(), 'the telephone', data, later(1));
    await deleteEndedSessions(house.em(), later(30 * DAY));
    assert.is(await house.em().count(Session), 1);
    assert.ok(await findSession(house.em(), 'the telephone', later(30 * DAY)));
    await house.em().nativeUpdate(Session, {}, { seenAt: later(365 * DAY) });
    await deleteEndedSessions(house.em(), later(365 * DAY + 1));
    assert.is(await house.em().count(Session), 0);
  }),
);

test(
  'only its own user can end a session',
  withHouse(async (house) => {
    await logIn(house);
    const end = (username: string, id: string) =>
      house.as(username, (em, user) => endSessionOf(em, user, id));
    await refusal(NotFound, end('grace', sessionId('a key')));
    await refusal(NotFound, end('ada', 'a key'));
    assert.ok(await findSession(house.em(), 'a key', NOW));
    await end('ada', sessionId('a key'));
    assert.is(await findSession(house.em(), 'a key', NOW), undefined);
    await refusal(NotFound, end('ada', sessionId('a key')));
  }),
);

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Missing } from '../../server/chat/errors.ts';
import {
  beginSession,
  endOtherSessions,
  endSession,
  endSessionOf,
  findSession,
  forgetEndedSessions,
  saveSession,
  Session,
  sessionId,
  sessionsOf,
} from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { later, NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a session');

const DAY = 86_400_000;

/** Logs ada in, with the cookie value `a key`. */
async function logIn({ em }: House) {
  const { id: userId } = await em().findOneOrFail(User, { username: 'ada' });
  const data = { userId, csrf: 'a token' };
  await beginSession(em(), 'a key', data, NOW);
  return data;
}

test(
  'is found by its key, with what it holds',
  withHouse(async (house) => {
    const data = await logIn(house);
    assert.equal(await findSession(house.em(), 'a key', NOW), data);
    assert.is(await findSession(house.em(), 'another key', NOW), undefined);
  }),
);

test(
  'is stored under a hash, so that the table opens nothing',
  withHouse(async (house) => {
    await logIn(house);
    const [{ id } = { id: '' }] = await house.em().find(Session, {});
    assert.not.match(JSON.stringify(await house.em().execute('select * from session')), 'a key');
    assert.is(await findSession(house.em(), id, NOW), undefined);
  }),
);

test(
  'keeps what is changed in it, and its age',
  withHouse(async (house) => {
    const data = await logIn(house);
    await saveSession(house.em(), 'a key', { ...data, flash: 'Done.' }, later(DAY));
    assert.equal(await findSession(house.em(), 'a key', later(DAY)), { ...data, flash: 'Done.' });
    const [session] = await house.em().find(Session, {});
    assert.equal([session?.createdAt, session?.seenAt], [NOW, later(DAY)]);
  }),
);

test(
  'ends after 30 days without a sign of life',
  withHouse(async (house) => {
    const data = await logIn(house);
    assert.ok(await findSession(house.em(), 'a key', later(30 * DAY - 1)));
    await saveSession(house.em(), 'a key', data, NOW);
    assert.is(await findSession(house.em(), 'a key', later(30 * DAY)), undefined);
  }),
);

test(
  'lasts on by each sign of life, but no more than 365 days',
  withHouse(async (house) => {
    await logIn(house);
    for (let days = 20; days < 365; days += 20)
      assert.ok(await findSession(house.em(), 'a key', later(days * DAY)), `day ${days}`);
    assert.ok(await findSession(house.em(), 'a key', later(365 * DAY - 1)));
    assert.is(await findSession(house.em(), 'a key', later(365 * DAY)), undefined);
  }),
);

test(
  'writes no sign of life for each request of a visit',
  withHouse(async (house) => {
    await logIn(house);
    await findSession(house.em(), 'a key', later(60_000));
    assert.equal((await house.em().find(Session, {}))[0]?.seenAt, NOW);
  }),
);

test(
  'that was ended opens nothing, and leaves the others open',
  withHouse(async (house) => {
    const data = await logIn(house);
    await beginSession(house.em(), 'the telephone', data, NOW);
    await endSession(house.em(), 'a key');
    assert.is(await findSession(house.em(), 'a key', NOW), undefined);
    assert.ok(await findSession(house.em(), 'the telephone', NOW));
  }),
);

test(
  'is forgotten when it has ended by itself, and not before',
  withHouse(async (house) => {
    const data = await logIn(house);
    await beginSession(house.em(), 'the telephone', data, later(1));
    await forgetEndedSessions(house.em(), later(30 * DAY));
    assert.is(await house.em().count(Session), 1);
    assert.ok(await findSession(house.em(), 'the telephone', later(30 * DAY)));
    await house.em().nativeUpdate(Session, {}, { seenAt: later(365 * DAY) });
    await forgetEndedSessions(house.em(), later(365 * DAY + 1));
    assert.is(await house.em().count(Session), 0);
  }),
);

test(
  'is listed for its person, with its browser, the one seen last first',
  withHouse(async (house) => {
    const data = await logIn(house);
    await beginSession(house.em(), 'the telephone', data, later(1), `Lynx/2.9 ${'x'.repeat(400)}`);
    const [ada, grace] = [
      await house.em().findOneOrFail(User, { username: 'ada' }),
      await house.em().findOneOrFail(User, { username: 'grace' }),
    ];
    const listed = await sessionsOf(house.em(), ada, later(DAY));
    assert.equal(
      listed.map(({ id, createdAt }) => [id, createdAt]),
      [
        [sessionId('the telephone'), later(1)],
        [sessionId('a key'), NOW],
      ],
    );
    assert.equal(
      listed.map(({ userAgent }) => [userAgent.slice(0, 8), userAgent.length]),
      [
        ['Lynx/2.9', 256],
        ['', 0],
      ],
    );
    assert.equal(await sessionsOf(house.em(), grace, NOW), []);
    assert.equal(
      await sessionsOf(house.em(), ada, later(30 * DAY + 1)),
      [],
      'one that has ended by itself is none',
    );
  }),
);

test(
  'is ended by its person alone',
  withHouse(async (house) => {
    await logIn(house);
    const end = (username: string, id: string) =>
      house.as(username, (em, user) => endSessionOf(em, user, id));
    await refusal(Missing, end('grace', sessionId('a key')));
    await refusal(Missing, end('ada', 'a key'));
    assert.ok(await findSession(house.em(), 'a key', NOW));
    await end('ada', sessionId('a key'));
    assert.is(await findSession(house.em(), 'a key', NOW), undefined);
    await refusal(Missing, end('ada', sessionId('a key')));
  }),
);

test(
  'is the one that is left when the others are ended',
  withHouse(async (house) => {
    const data = await logIn(house);
    await beginSession(house.em(), 'the telephone', data, NOW);
    await house.as('grace', (em, grace) => endOtherSessions(em, grace, sessionId('a key')));
    assert.is(await house.em().count(Session), 2);
    await house.as('ada', (em, ada) => endOtherSessions(em, ada, sessionId('a key')));
    assert.ok(await findSession(house.em(), 'a key', NOW));
    assert.is(await findSession(house.em(), 'the telephone', NOW), undefined);
  }),
);

test.run();

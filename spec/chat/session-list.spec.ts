import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { SESSIONS_PER_PAGE, sessionsPage } from '../../server/chat/session-list.ts';
import { beginSession, sessionId } from '../../server/chat/session.ts';
import { User } from '../../server/chat/user.ts';
import { type House, later, NOW, withHouse } from '../support/domain.ts';

const test = suite('session list');

const DAY = 86_400_000;

const sessionsOf = async ({ reader }: House, user: number, now: Date) =>
  (await sessionsPage(await reader(), user, { own: '', now, number: 1 })).rows;

/** Logs ada in, with the cookie value `a key`. */
async function logIn({ em }: House) {
  const { id: userId } = await em().findOneOrFail(User, { username: 'ada' });
  const data = { userId, csrf: 'a token' };
  await beginSession(em(), 'a key', data, NOW);
  return data;
}

test(
  'a user sees their sessions with the browser of each, the most recently used first',
  withHouse(async (house) => {
    const data = await logIn(house);
    await beginSession(house.em(), 'the telephone', data, later(1), `Lynx/2.9 ${'x'.repeat(400)}`);
    const [ada, grace] = [await house.id('ada'), await house.id('grace')];
    const listed = await sessionsOf(house, ada, later(DAY));
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
    assert.equal(await sessionsOf(house, grace, NOW), []);
    assert.equal(await sessionsOf(house, ada, later(30 * DAY + 1)), [], 'an expired session is not listed');
  }),
);

test(
  "the user's own session is the first of all, and the others follow on pages",
  withHouse(async (house) => {
    const data = await logIn(house);
    const count = 2 * SESSIONS_PER_PAGE;
    for (let number = 1; number <= count; number += 1)
      await beginSession(house.em(), `key ${number}`, data, later(number));
    const own = sessionId('a key');
    const reader = await house.reader();
    const pages = await Promise.all(
      [1, 2, 3, 4].map((number) => sessionsPage(reader, data.userId, { own, now: later(DAY), number })),
    );
    assert.equal(
      pages.map(({ rows, hasNext }) => [rows.length, hasNext]),
      [
        [SESSIONS_PER_PAGE, true],
        [SESSIONS_PER_PAGE, true],
        [1, false],
        [0, false],
      ],
    );
    const ids = pages.flatMap(({ rows }) => rows.map(({ id }) => id));
    const newest = Array.from({ length: count }, (_, index) => sessionId(`key ${count - index}`));
    assert.equal(ids, [own, ...newest]);
  }),
);

test.run();

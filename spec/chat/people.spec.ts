import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { blockUser } from '../../server/chat/block.ts';
import { Invalid, NotFound } from '../../server/chat/errors.ts';
import { findUser, userNamed } from '../../server/chat/people.ts';
import { User } from '../../server/chat/user.ts';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('finding people');

const find = ({ as }: House, username: string, q: string) =>
  as(username, async (em, user) => (await findUser(em, user, q)).username);
const set = ({ em }: House, username: string, settings: Partial<Pick<User, 'foundByEmail'>>) =>
  em().nativeUpdate(User, { username }, settings);

/** Ways to write one email address. */
const EMAILS = [
  'grace@example.org',
  'GRACE@Example.ORG',
  '  grace@example.org\n',
  'ｇｒａｃｅ@example.org',
  'grace＠example.org',
  'grace﹫example.org',
];
const USERNAMES = ['grace', 'GRACE', ' Grace\t', 'ｇｒａｃｅ', '\u3000grace'];

test(
  'a search finds a user by exact username or email, without regard to case and width',
  withHouse(async (house) => {
    for (const q of [...USERNAMES, ...EMAILS]) assert.is(await find(house, 'ada', q), 'grace', q);
  }),
);

test(
  'a search finds nobody by part of a name, by a pattern or by garbage',
  withHouse(async (house) => {
    const garbage = [
      '',
      ' ',
      '\n',
      'grac',
      'grace1',
      'g',
      'gr_ce',
      'gr%',
      '%',
      '*',
      '.*',
      '@',
      'grace@',
      '@example.org',
      'grace@example',
      'grace@example.org.',
      'grace @example.org',
      'gracé',
      'grace\0',
      '\0',
      '\ud800',
      'grace\udc00',
      "'",
      "grace' or 1=1 --",
      '__proto__',
      'x'.repeat(60_000),
      '٣',
      '<b>grace</b>',
    ];
    for (const q of garbage)
      assert.match(
        (await refusal(Invalid, find(house, 'ada', q))).problems.q!,
        /^[A-Z].*\.$/,
        q.slice(0, 40),
      );
  }),
);

test(
  'a user finds themselves by username and by email',
  withHouse(async (house) => {
    await set(house, 'ada', { foundByEmail: false });
    for (const q of ['ada', 'ada@example.org']) assert.is(await find(house, 'ada', q), 'ada');
  }),
);

const hidings: [string, (house: House) => Promise<unknown>][] = [
  ['does not want to be found by email', (house) => set(house, 'grace', { foundByEmail: false })],
  ['has blocked the searcher', ({ to }) => to('grace', 'ada', blockUser)],
];
for (const [who, hide] of hidings) {
  test(
    `a user who ${who} is found by username alone, and a search by email answers as for an address without an account`,
    withHouse(async (house) => {
      await hide(house);
      const nobody = await refusal(Invalid, find(house, 'ada', 'nobody@example.org'));
      for (const q of EMAILS)
        assert.equal((await refusal(Invalid, find(house, 'ada', q))).problems, nobody.problems, q);
      for (const q of USERNAMES) assert.is(await find(house, 'ada', q), 'grace', q);
    }),
  );
}

test(
  'a blocked user still finds others by email, and the user who blocked finds the blocked one',
  withHouse(async (house) => {
    await house.to('grace', 'ada', blockUser);
    assert.is(await find(house, 'ada', 'linus@example.org'), 'linus');
    assert.is(await find(house, 'grace', 'ada@example.org'), 'ada');
  }),
);

test(
  'addresses of pages name users by username alone',
  withHouse(async ({ em }) => {
    for (const username of USERNAMES)
      assert.is((await userNamed(em(), username)).username, 'grace', username);
    for (const username of ['', 'nobody', 'grace@example.org', '\0', '\ud800', 'grac%']) {
      assert.match(
        (await refusal(NotFound, userNamed(em(), username))).message,
        /^There is nobody with this username\./,
        username,
      );
    }
  }),
);

test.run();

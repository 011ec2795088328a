import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { block } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { Invalid, Missing } from '../../server/chat/errors.ts';
import { befriend } from '../../server/chat/friendship.ts';
import { acquaintances, findPerson, personNamed } from '../../server/chat/people.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('people');

const find = ({ as }: House, username: string, q: string) =>
  as(username, async (em, user) => (await findPerson(em, user, q)).username);
const set = (
  { em }: House,
  username: string,
  settings: Partial<Pick<User, 'foundByEmail' | 'whereabouts'>>,
) => em().nativeUpdate(User, { username }, settings);

/** Ways to write an email address of which each names the same account. */
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
  'are found by username and by email, exactly, without regard to case and width',
  withHouse(async (house) => {
    for (const q of [...USERNAMES, ...EMAILS]) assert.is(await find(house, 'ada', q), 'grace', q);
  }),
);

test(
  'are not found by half a name, a pattern, or anything else',
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
      'gr\u200bace',
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
  'find themselves, by both',
  withHouse(async (house) => {
    await set(house, 'ada', { foundByEmail: false });
    for (const q of ['ada', 'ada@example.org']) assert.is(await find(house, 'ada', q), 'ada');
  }),
);

const hidings: [string, (house: House) => Promise<unknown>][] = [
  ['do not want to be', (house) => set(house, 'grace', { foundByEmail: false })],
  ['have blocked who searches', ({ to }) => to('grace', 'ada', block)],
];
for (const [who, hide] of hidings) {
  test(
    `who ${who} are not found by email, however it is written, and in the words for nobody; by username they are`,
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
  'who were blocked find by email all others, and who blocked finds whom they blocked',
  withHouse(async (house) => {
    await house.to('grace', 'ada', block);
    assert.is(await find(house, 'ada', 'linus@example.org'), 'linus');
    assert.is(await find(house, 'grace', 'ada@example.org'), 'ada');
  }),
);

test(
  'are named in addresses by their username alone',
  withHouse(async ({ em }) => {
    for (const username of USERNAMES)
      assert.is((await personNamed(em(), username)).username, 'grace', username);
    for (const username of ['', 'nobody', 'grace@example.org', '\0', '\ud800', 'grac%']) {
      assert.match(
        (await refusal(Missing, personNamed(em(), username))).message,
        /^There is nobody with this username\./,
        username,
      );
    }
  }),
);

async function befriendAll({ to }: House, ...pairs: [string, string][]) {
  for (const [one, other] of pairs)
    for (const [asker, asked] of [
      [one, other],
      [other, one],
    ] as const)
      await to(asker, asked, (em, user, person) => befriend(em, user, person, NOW));
}

/** What the person's list tells of each: `grace friends here lobby`. */
const listOf = ({ as }: House, username: string) =>
  as(username, async (em, user) =>
    (await acquaintances(em, user)).map(({ person, standing, isHere, room }) =>
      [person.username, standing, isHere && 'here', room?.name].filter(Boolean).join(' '),
    ),
  );

test(
  'are listed by name, with how things stand, and nobody else is',
  withHouse(async (house) => {
    assert.equal(await listOf(house, 'ada'), []);
    await befriendAll(house, ['ada', 'linus']);
    await house.to('grace', 'ada', (em, grace, ada) => befriend(em, grace, ada, NOW));
    assert.equal(await listOf(house, 'ada'), ['grace asking', 'linus friends']);
    assert.equal(await listOf(house, 'grace'), ['ada asked']);
    assert.equal(await listOf(house, 'linus'), ['ada friends']);
  }),
);

/** Where grace is, what her friend ada is told of it, and what was different before. */
const places: [string, (house: House) => Promise<number | undefined>, string][] = [
  ['in no room', async () => undefined, 'grace friends'],
  ['in an open room', ({ room }) => room('linus', 'lobby'), 'grace friends here lobby'],
  [
    'in an invite room of both',
    async ({ room, join }) => {
      const cellar = await room('grace', 'cellar', 'invite');
      await join('ada', cellar);
      return cellar;
    },
    'grace friends here cellar',
  ],
  [
    'in an invite room that ada is no member of',
    ({ room }) => room('grace', 'cellar', 'invite'),
    'grace friends here',
  ],
  [
    'in the conversation of the two',
    ({ to }) => to('ada', 'grace', async (em, ada, grace) => (await openDirect(em, ada, grace, NOW)).id),
    'grace friends here ada and grace',
  ],
  [
    'in a conversation with another',
    ({ to }) =>
      to('linus', 'grace', async (em, linus, grace) => (await openDirect(em, linus, grace, NOW)).id),
    'grace friends here',
  ],
  [
    'in an open room that ada was removed from',
    async ({ room, join, remove }) => {
      const lobby = await room('linus', 'lobby');
      await join('ada', lobby);
      await remove('linus', lobby, 'ada');
      return lobby;
    },
    'grace friends here',
  ],
  [
    'in an open room, and wants nobody to see it',
    async (house) => {
      await set(house, 'grace', { whereabouts: 'nobody' });
      return house.room('linus', 'lobby');
    },
    'grace friends',
  ],
];
for (const [where, place, told] of places) {
  test(
    `who are ${where}: a friend's list tells as much as its reader may know`,
    withHouse(async (house) => {
      await befriendAll(house, ['ada', 'grace']);
      const room = await place(house);
      if (room) await house.enter('grace', room);
      assert.equal(await listOf(house, 'ada'), [told]);
    }),
  );
}

test(
  'who have asked or were asked are not told where the other is',
  withHouse(async (house) => {
    const lobby = await house.room('linus', 'lobby');
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    await house.to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
    assert.equal(
      [await listOf(house, 'ada'), await listOf(house, 'grace')],
      [['grace asked'], ['ada asking']],
    );
  }),
);

test.run();

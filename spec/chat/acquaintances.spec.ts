import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  blockedPage,
  FRIENDS_PER_PAGE,
  friendsPage,
  PEOPLE_PER_PAGE,
  personNamed,
  requestsPage,
} from '../../server/chat/acquaintances.ts';
import { Block, blockUser } from '../../server/chat/block.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { NotFound } from '../../server/chat/errors.ts';
import { Friendship } from '../../server/chat/friendship.ts';
import type { Page } from '../../server/chat/paging.ts';
import { befriend } from '../../server/chat/people.ts';
import { User } from '../../server/chat/user.ts';
import { enrolMany, type House, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('acquaintances');

async function befriendAll({ to }: House, ...pairs: [string, string][]) {
  for (const [one, other] of pairs)
    for (const [asker, asked] of [
      [one, other],
      [other, one],
    ] as const)
      await to(asker, asked, (em, user, person) => befriend(em, user, person, NOW));
}

/** The lists of a user's friends and friend requests, each user as `grace friends here lobby`, by name. */
async function listOf({ reader, id }: House, username: string): Promise<string[]> {
  const user = await id(username);
  const friends = await friendsPage(await reader(), user, 1);
  const listed = friends.rows.map(({ username, isHere, room }) =>
    [username, 'friends', isHere && 'here', room?.name].filter(Boolean).join(' '),
  );
  for (const kind of ['received', 'sent'] as const) {
    const { rows } = await requestsPage(await reader(), user, kind, 1);
    listed.push(...rows.map(({ username }) => `${username} ${kind}`));
  }
  return listed.toSorted();
}

test(
  'the list has friends and friend requests by name, with their status, and nobody else',
  withHouse(async (house) => {
    assert.equal(await listOf(house, 'ada'), []);
    await befriendAll(house, ['ada', 'linus']);
    await house.to('grace', 'ada', (em, grace, ada) => befriend(em, grace, ada, NOW));
    assert.equal(await listOf(house, 'ada'), ['grace received', 'linus friends']);
    assert.equal(await listOf(house, 'grace'), ['ada sent']);
    assert.equal(await listOf(house, 'linus'), ['ada friends']);
  }),
);

/** Where grace is; the room to enter, after any preparation; how she stands in ada's list. */
const places: [string, (house: House) => Promise<number | undefined>, string][] = [
  ['is in no room', async () => undefined, 'grace friends'],
  ['is in an open room', ({ room }) => room('linus', 'lobby'), 'grace friends here lobby'],
  [
    'is in an invite room of both',
    async ({ room, join }) => {
      const cellar = await room('grace', 'cellar', 'invite');
      await join('ada', cellar);
      return cellar;
    },
    'grace friends here cellar',
  ],
  [
    'is in an invite room that ada is no member of',
    ({ room }) => room('grace', 'cellar', 'invite'),
    'grace friends here',
  ],
  [
    'is in her conversation with ada',
    ({ to }) => to('ada', 'grace', async (em, ada, grace) => (await openDirect(em, ada, grace, NOW)).id),
    'grace friends here ada and grace',
  ],
  [
    'is in a conversation with linus',
    ({ to }) =>
      to('linus', 'grace', async (em, linus, grace) => (await openDirect(em, linus, grace, NOW)).id),
    'grace friends here',
  ],
  [
    'is in an open room that ada was removed from',
    async ({ room, join, remove }) => {
      const lobby = await room('linus', 'lobby');
      await join('ada', lobby);
      await remove('linus', lobby, 'ada');
      return lobby;
    },
    'grace friends here',
  ],
  [
    'is in an open room and hides where she is',
    async (house) => {
      await house.em().nativeUpdate(User, { username: 'grace' }, { whereabouts: 'nobody' });
      return house.room('linus', 'lobby');
    },
    'grace friends',
  ],
];
for (const [where, place, shown] of places) {
  test(
    `when grace ${where}, her friend ada sees ${shown}`,
    withHouse(async (house) => {
      await befriendAll(house, ['ada', 'grace']);
      const room = await place(house);
      if (room) await house.enter('grace', room);
      assert.equal(await listOf(house, 'ada'), [shown]);
    }),
  );
}

test(
  'users with an open friend request do not see where the other is',
  withHouse(async (house) => {
    const lobby = await house.room('linus', 'lobby');
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    await house.to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
    assert.equal(
      [await listOf(house, 'ada'), await listOf(house, 'grace')],
      [['grace sent'], ['ada received']],
    );
  }),
);

test(
  'a friendship is in the lists of both users, sorted by the name of the other',
  withHouse(async (house) => {
    await house.to('linus', 'ada', (em, linus, ada) => befriend(em, linus, ada, NOW));
    await house.to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
    assert.equal(
      [await listOf(house, 'ada'), await listOf(house, 'grace'), await listOf(house, 'linus')],
      [['grace sent', 'linus received'], ['ada received'], ['ada sent']],
    );
  }),
);

/** Reads all pages, as the user would by the link to the next one. Returns the usernames of each. */
async function allPages(read: (number: number) => Promise<Page<{ username: string }>>): Promise<string[][]> {
  const pages: string[][] = [];
  for (let number = 1; ; number += 1) {
    const page = await read(number);
    pages.push(page.rows.map(({ username }) => username));
    if (!page.hasNext) return pages;
  }
}

/** The lists of ada, and how a number of others come into each. */
const lists: [string, number, (house: House, ids: number[]) => Promise<unknown>, typeof friendsPage][] = [
  ['friends', FRIENDS_PER_PAGE, (house, ids) => fill(house, ids, () => true), friendsPage],
  [
    'friend requests received',
    PEOPLE_PER_PAGE,
    (house, ids) => fill(house, ids, () => false, 'others'),
    (reader, user, number) => requestsPage(reader, user, 'received', number) as never,
  ],
  [
    'friend requests sent',
    PEOPLE_PER_PAGE,
    (house, ids) => fill(house, ids, () => false, 'ada'),
    (reader, user, number) => requestsPage(reader, user, 'sent', number) as never,
  ],
  [
    'blocked users',
    PEOPLE_PER_PAGE,
    async ({ em, id }, ids) => {
      const user = await id('ada');
      await em().insertMany(
        Block,
        ids.map((blocked) => ({ user, blocked })),
      );
    },
    (reader, user, number) => blockedPage(reader, user, number) as never,
  ],
];

/** Makes users friends of ada, or has them or her ask. */
async function fill(
  { em, id }: House,
  ids: number[],
  isAccepted: (id: number) => boolean,
  asker: 'ada' | 'others' = 'others',
): Promise<void> {
  const ada = await id('ada');
  await em().insertMany(
    Friendship,
    ids.map((other) => ({
      low: Math.min(ada, other),
      high: Math.max(ada, other),
      asker: asker === 'ada' ? ada : other,
      acceptedAt: isAccepted(other) ? NOW : null,
    })),
  );
}

for (const [what, size, add, read] of lists) {
  test(
    `the list of ${what} is cut into pages of ${size} by username, and no page has a user twice`,
    withHouse(async (house) => {
      const count = 2 * size + 1;
      const names = Array.from({ length: count }, (_, index) => `user-${String(index).padStart(3, '0')}`);
      await add(house, await enrolMany(house.orm, names.toReversed()));
      const user = await house.id('ada');
      const reader = await house.reader();
      const pages = await allPages((number) => read(reader, user, number));
      assert.equal(pages, [names.slice(0, size), names.slice(size, 2 * size), names.slice(2 * size)]);
      assert.equal((await read(await house.reader(), user, 9)).rows, []);
      assert.equal((await read(await house.reader(), await house.id('grace'), 1)).rows, []);
    }),
  );
}

test(
  'the page of a person says how the user stands to them',
  withHouse(async (house) => {
    const seen = async (username: string, other: string) => {
      const {
        username: name,
        status,
        isBlocked,
      } = await personNamed(await house.reader(), await house.id(username), other);
      return [name, status, isBlocked];
    };
    assert.equal(await seen('ada', ' GRACE'), ['grace', undefined, false]);
    await house.to('ada', 'grace', (em, ada, grace) => befriend(em, ada, grace, NOW));
    assert.equal(await seen('ada', 'grace'), ['grace', 'sent', false]);
    assert.equal(await seen('grace', 'ada'), ['ada', 'received', false]);
    await house.to('grace', 'ada', (em, grace, ada) => befriend(em, grace, ada, NOW));
    assert.equal(await seen('ada', 'grace'), ['grace', 'friends', false]);
    assert.equal(await seen('grace', 'ada'), ['ada', 'friends', false]);
    assert.equal(await seen('linus', 'ada'), ['ada', undefined, false]);
    await house.to('ada', 'grace', blockUser);
    assert.equal(await seen('ada', 'grace'), ['grace', undefined, true]);
    assert.equal(await seen('grace', 'ada'), ['ada', undefined, false]);
  }),
);

test(
  'there is no page of nobody, and none of a user who has deleted their account',
  withHouse(async (house) => {
    const ada = await house.id('ada');
    await house.em().nativeUpdate(User, { username: 'linus' }, { deletedAt: NOW });
    for (const username of ['', 'nobody', 'grace@example.org', '\0', '\ud800', 'grac%', 'linus'])
      assert.match(
        (await refusal(NotFound, personNamed(await house.reader(), ada, username))).message,
        /^There is nobody with this username\./,
        username,
      );
  }),
);

test.run();

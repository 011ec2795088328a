import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { countMembers, MEMBERS_PER_PAGE, membersPage } from '../../server/chat/members.ts';
import { Membership } from '../../server/chat/membership.ts';
import { enrol, enrolMany, NOW, withHouse } from '../support/domain.ts';

const test = suite('members');

test(
  'the members of a room are listed with administrators first, then by name as people sort it',
  withHouse(async (house) => {
    const lobby = await house.room('linus', 'lobby');
    for (const username of ['Zoe', 'émile']) await enrol(house.orm, username);
    await house.join('grace', lobby, 'admin');
    for (const username of ['Zoe', 'émile', 'ada']) await house.join(username, lobby);
    await house.join('ada', await house.room('linus', 'study'));
    const members = await membersPage(await house.reader(), lobby, 1);
    assert.equal(
      members.rows.map(({ username, role }) => `${username} ${role}`),
      ['grace admin', 'linus admin', 'ada member', 'émile member', 'Zoe member'],
    );
  }),
);

test(
  'a long list of members is cut into pages, and administrators are on the first',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('linus', lobby, 'admin');
    const names = Array.from({ length: 2 * MEMBERS_PER_PAGE }, (_, index) => `a-${1000 + index}`);
    const ids = await enrolMany(house.orm, names.toReversed());
    const rows = ids.map((user) => ({ room: lobby, user, role: 'member' as const, joinedAt: NOW }));
    await house.em().insertMany(Membership, rows);
    const reader = await house.reader();
    const pages = [1, 2, 3, 4].map((number) => membersPage(reader, lobby, number));
    const listed = (await Promise.all(pages)).map(({ rows, hasNext }) => ({
      names: rows.map(({ username }) => username),
      hasNext,
    }));
    assert.equal(listed, [
      { names: ['ada', 'linus', ...names.slice(0, MEMBERS_PER_PAGE - 2)], hasNext: true },
      { names: names.slice(MEMBERS_PER_PAGE - 2, -2), hasNext: true },
      { names: names.slice(-2), hasNext: false },
      { names: [], hasNext: false },
    ]);
  }),
);

test(
  'a member has the date since when they are one',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    assert.equal(
      (await membersPage(await house.reader(), lobby, 1)).rows.map(({ joinedAt }) => joinedAt),
      [NOW],
    );
  }),
);

test(
  'the count of members ends at a thousand',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    assert.is(await countMembers(await house.reader(), lobby), 1);
    const ids = await enrolMany(
      house.orm,
      Array.from({ length: 1001 }, (_, index) => `user-${index}`),
    );
    for (let from = 0; from < ids.length; from += 500)
      await house.em().insertMany(
        Membership,
        ids
          .slice(from, from + 500)
          .map((user) => ({ room: lobby, user, role: 'member' as const, joinedAt: NOW })),
      );
    assert.is(await countMembers(await house.reader(), lobby), 1000);
  }),
);

test.run();

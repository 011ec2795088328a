import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Presence } from '../../server/chat/presence.ts';
import { PRESENT_PER_PAGE, presentPage } from '../../server/chat/present-users.ts';
import { enrolMany, later, withHouse } from '../support/domain.ts';

const test = suite('present users');

test(
  'the list has the users who are in the room, by username, and nobody who is elsewhere',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    assert.equal(await presentPage(await house.reader(), lobby, 1), { rows: [], number: 1, hasNext: false });
    for (const username of ['linus', 'ada']) await house.enter(username, lobby);
    await house.enter('grace', study);
    assert.equal((await presentPage(await house.reader(), lobby, 1)).rows, [
      { username: 'ada' },
      { username: 'linus' },
    ]);
  }),
);

test(
  'a full room has several pages',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const names = Array.from({ length: PRESENT_PER_PAGE + 1 }, (_, index) => `user-${100 + index}`);
    const ids = await enrolMany(house.orm, names.toReversed());
    await house.em().insertMany(
      Presence,
      ids.map((user) => ({ user, room: lobby, lease: 'page' as const, expiresAt: later(1) })),
    );
    const [first, second] = [
      await presentPage(await house.reader(), lobby, 1),
      await presentPage(await house.reader(), lobby, 2),
    ];
    assert.equal(
      [first, second].map(({ rows, hasNext }) => [rows.map(({ username }) => username), hasNext]),
      [
        [names.slice(0, -1), true],
        [names.slice(-1), false],
      ],
    );
  }),
);

test.run();

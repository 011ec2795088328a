import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { savePreferences } from '../../server/chat/preferences.ts';
import { User } from '../../server/chat/user.ts';
import { viewerOf } from '../../server/chat/viewer.ts';
import { NOW, withHouse } from '../support/domain.ts';

const test = suite('viewer');

test(
  'a viewer has what pages show of a user, and no password',
  withHouse(async ({ as, reader }) => {
    await as('ada', (em, ada) =>
      savePreferences(em, ada, { zone: 'Asia/Tokyo', enterSends: 'yes', style: 'y2k' }),
    );
    assert.equal(await viewerOf(await reader(), 1), {
      id: 1,
      username: 'ada',
      email: 'ada@example.org',
      zone: 'Asia/Tokyo',
      hourCycle: 'h23',
      foundByEmail: true,
      whereabouts: 'friends',
      enterSends: true,
      announcements: null,
      liveView: 'off',
      reportLinks: true,
      notifies: false,
      style: 'y2k',
      away: '',
      operator: false,
      createdAt: NOW.getTime(),
    });
  }),
);

for (const [what, columns] of [
  ['suspended', { suspendedAt: NOW }],
  ['deleted', { deletedAt: NOW }],
] as const) {
  test(
    `a ${what} user is no viewer`,
    withHouse(async ({ em, reader }) => {
      await em().nativeUpdate(User, { username: 'ada' }, columns);
      assert.is(await viewerOf(await reader(), 1), undefined);
    }),
  );
}

test(
  'a user who does not exist is no viewer',
  withHouse(async ({ reader }) => {
    assert.is(await viewerOf(await reader(), 99), undefined);
  }),
);

test.run();

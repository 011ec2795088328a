import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { postMessage } from '../../server/chat/post.ts';
import { quotaCheck } from '../../server/chat/quota.ts';
import { deleteSlice } from '../../server/chat/room-deletion.ts';
import { User } from '../../server/chat/user.ts';
import { type House, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('storage quota');

const QUOTA = { each: 3, all: 5 };

/** Sends a file of this many bytes. */
const send = ({ as }: House, username: string, room: number, size: number) =>
  as(username, (em, user) =>
    postMessage(
      em,
      user,
      room,
      {
        body: '',
        key: `a-key-of-${size}`,
        attachment: {
          name: `${username}${size}`,
          type: 'txt',
          size,
          width: null,
          height: null,
          description: 'a text',
        },
      },
      NOW,
    ),
  );

const checkOf = async ({ em }: House, username: string) =>
  quotaCheck(em(), await em().findOneOrFail(User, { username }), QUOTA);

/** Ada's lobby, with grace and linus in it. */
async function lobbyOf(house: House): Promise<number> {
  const lobby = await house.room('ada', 'lobby');
  for (const username of ['ada', 'grace', 'linus']) await house.enter(username, lobby);
  return lobby;
}

test(
  'each user has a quota of their own, exact to the byte',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await send(house, 'grace', lobby, 1_000_000);
    const empty = await checkOf(house, 'ada');
    empty(3_000_000);
    assert.is(
      (await refusal(Invalid, () => empty(3_000_001))).problems.file,
      'You can keep 3 MB of images and files, and have used 0 MB. Send the message without this file. If you delete a room that you administer, its images and files are deleted, too.',
    );
    await send(house, 'ada', lobby, 2_500_000);
    const check = await checkOf(house, 'ada');
    check(500_000);
    assert.match((await refusal(Invalid, () => check(500_001))).problems.file!, /have used 2\.5 MB/);
    await send(house, 'ada', lobby, 500_000);
    await refusal(Invalid, checkOf(house, 'ada'));
  }),
);

test(
  'all users together have a quota',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    for (const username of ['ada', 'grace']) await send(house, username, lobby, 2_400_000);
    const check = await checkOf(house, 'linus');
    check(200_000);
    assert.is(
      (await refusal(Invalid, () => check(200_001))).problems.file,
      'There is no space for more images and files here: they take up 4.8 MB. Send the message without this file, and tell the people who run this Plainchat.',
    );
  }),
);

test(
  'deleting a room gives its storage back',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await send(house, 'ada', lobby, 3_000_000);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    await deleteSlice(house.em(), lobby);
    (await checkOf(house, 'ada'))(3_000_000);
  }),
);

test.run();

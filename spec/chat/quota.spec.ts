import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Invalid } from '../../server/chat/errors.ts';
import { post } from '../../server/chat/message.ts';
import { quotaOf } from '../../server/chat/quota.ts';
import { deleteRoom } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('how much is kept of images and files');

const QUOTA = { each: 3, all: 5 };

/** Somebody sends a file of so many bytes. */
const send = ({ as }: House, username: string, room: number, size: number) =>
  as(username, (em, user) =>
    post(
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
  quotaOf(em(), await em().findOneOrFail(User, { username }), QUOTA);

/** The lobby of ada, with grace and linus in it. */
async function lobbyOf(house: House): Promise<number> {
  const lobby = await house.room('ada', 'lobby');
  for (const username of ['ada', 'grace', 'linus']) await house.enter(username, lobby);
  return lobby;
}

test(
  'is so much of one person, to the byte, whatever others have sent',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await send(house, 'grace', lobby, 1_000_000);
    const empty = await checkOf(house, 'ada');
    empty(3_000_000);
    assert.match(
      (await refusal(Invalid, () => empty(3_000_001))).problems.file!,
      /^Of one person at most 3 MB .*yours come to 0 MB\. Send the message without/,
    );
    await send(house, 'ada', lobby, 2_500_000);
    const check = await checkOf(house, 'ada');
    check(500_000);
    assert.match((await refusal(Invalid, () => check(500_001))).problems.file!, /yours come to 2\.5 MB/);
    await send(house, 'ada', lobby, 500_000);
    await refusal(Invalid, checkOf(house, 'ada'));
  }),
);

test(
  'is so much of all',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    for (const username of ['ada', 'grace']) await send(house, username, lobby, 2_400_000);
    const check = await checkOf(house, 'linus');
    check(200_000);
    assert.match(
      (await refusal(Invalid, () => check(200_001))).problems.file!,
      /^No more images and files are kept here: they have come to 4\.8 MB\..* tell whoever runs/,
    );
  }),
);

test(
  'is less again when a room is deleted',
  withHouse(async (house) => {
    const lobby = await lobbyOf(house);
    await send(house, 'ada', lobby, 3_000_000);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    (await checkOf(house, 'ada'))(3_000_000);
  }),
);

test.run();

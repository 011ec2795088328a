import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Attachment,
  attachmentNamed,
  describe,
  descriptionFor,
  fileNamesAmong,
  ownAttachment,
  type FileType,
  type KeptFile,
} from '../../server/chat/attachment.ts';
import { entriesAfter } from '../../server/chat/entry.ts';
import { Forbidden, Invalid, Missing, MissingRoom } from '../../server/chat/errors.ts';
import { post } from '../../server/chat/message.ts';
import { deleteRoom, Room } from '../../server/chat/room.ts';
import { later, NOW, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('attachments');

const FILE: KeptFile = { name: 'f'.repeat(32), type: 'png', size: 120, width: 40, height: 20 };

/** Ada and grace are members of the lobby, linus is not; ada has sent an image, which is entry 2. */
async function lobbyWithImage({ room, enter, join, as }: House): Promise<number> {
  const lobby = await room('ada', 'lobby');
  await enter('ada', lobby);
  await join('grace', lobby);
  await as('ada', (em, ada) =>
    post(
      em,
      ada,
      lobby,
      { body: '', key: 'a-key-of-ada', attachment: { ...FILE, description: 'the harbour' } },
      NOW,
    ),
  );
  return lobby;
}

test(
  'belong to an entry, come with it, and let its text be empty',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    assert.equal(await house.log(lobby), ['1 entered ada', '2 ada: ']);
    const [entered, sent] = await entriesAfter(house.em(), await house.em().findOneOrFail(Room, lobby), 0);
    assert.equal(
      [
        entered!.attachment ?? null,
        sent!.attachment?.name,
        sent!.attachment?.description,
        sent!.attachment?.describedAt,
      ],
      [null, FILE.name, 'the harbour', null],
    );
    await refusal(Invalid, house.say('ada', lobby, ''));
  }),
);

test(
  'are found by members of their room alone',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    const study = await house.room('grace', 'study', 'invite');
    const find = (username: string, room: number, name = FILE.name) =>
      house.as(username, (em, user) => attachmentNamed(em, user, room, name));
    assert.is((await find('grace', lobby)).type, 'png');
    await refusal(Forbidden, find('linus', lobby));
    await refusal(MissingRoom, find('ada', study));
    await refusal(Missing, find('grace', study));
    await refusal(Missing, find('grace', lobby, 'e'.repeat(32)));
  }),
);

test(
  'are described better by their sender alone, any number of times, and know when last',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    const better = (username: string, text: string, seq = 2, minutes = 1) =>
      house.as(username, (em, user) => describe(em, user, lobby, seq, text, later(minutes * 60_000)));
    const found = async () =>
      (await house.as('ada', (em, ada) => ownAttachment(em, ada, lobby, 2))).attachment;
    await better('ada', 'the harbour');
    assert.is((await found()).describedAt, null, 'the same is no change');
    await better('ada', ' the harbour,\n at night ');
    await better('ada', 'the harbour at night', 2, 5);
    assert.equal(
      [(await found()).description, (await found()).describedAt],
      ['the harbour at night', later(300_000)],
    );
    await refusal(Forbidden, better('grace', 'mine'));
    await refusal(Forbidden, better('linus', 'mine'));
    await refusal(Missing, better('ada', 'of a notice', 1));
    await refusal(Missing, better('ada', 'of nothing', 9));
    await refusal(Invalid, better('ada', ''));
  }),
);

test(
  'tell apart a retry from another message under the same key',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    const again = (description: string) =>
      house.as('ada', (em, ada) =>
        post(
          em,
          ada,
          lobby,
          { body: '', key: 'a-key-of-ada', attachment: { ...FILE, name: 'e'.repeat(32), description } },
          NOW,
        ),
      );
    const { entry, repeated } = await again('the harbour');
    assert.equal([repeated, entry.seq, entry.attachment?.name], [true, 2, FILE.name]);
    assert.equal([(await again('the market')).repeated, (await house.log(lobby)).length], [true, 2]);
  }),
);

test(
  'go with their room, whose deletion returns the names of their files',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    assert.equal(await fileNamesAmong(house.em(), [FILE.name, 'e'.repeat(32)]), [FILE.name]);
    assert.equal(await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby)), [FILE.name]);
    assert.is(await house.em().count(Attachment), 0);
    assert.equal(await fileNamesAmong(house.em(), [FILE.name]), []);
  }),
);

const descriptions: [
  type: FileType | undefined,
  description: string,
  decorative: boolean,
  kept: string | null,
][] = [
  ['png', 'the harbour', false, 'the harbour'],
  ['pdf', ' two \r\n lines ', false, 'two lines'],
  ['txt', '⛵'.repeat(1000), false, '⛵'.repeat(1000)],
  [undefined, 'the harbour', false, 'the harbour'],
  ['webp', '', true, ''],
  [undefined, '', true, ''],
  ['png', '', false, null],
  ['png', '\t\n ', false, null],
  ['png', 'the harbour', true, null],
  ['pdf', '', true, null],
  ['txt', '', true, null],
  ['txt', '⛵'.repeat(1001), false, null],
  ['png', 'half \ud800', false, null],
];

for (const [type, description, decorative, kept] of descriptions) {
  test(`${kept === null ? 'refuse' : 'take'} ${JSON.stringify(description.slice(0, 12))} for ${type ?? 'no file'}${decorative ? ' that is decorative' : ''}`, async () => {
    const given = () => descriptionFor(type, { description, decorative });
    if (kept === null) assert.equal(Object.keys((await refusal(Invalid, given)).problems), ['description']);
    else assert.is(given(), kept);
  });
}

test.run();

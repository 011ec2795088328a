import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { deleteSlice } from '../../server/chat/room-deletion.ts';
import {
  attachmentNamed,
  describe,
  descriptionFor,
  fileNamesAmong,
  ownAttachment,
} from '../../server/chat/attachment.ts';
import { Attachment, type FileType, type StoredFile } from '../../server/chat/entry.ts';
import { Forbidden, Invalid, NotFound, RoomNotFound } from '../../server/chat/errors.ts';
import { entriesAfter } from '../../server/chat/history.ts';
import { postMessage } from '../../server/chat/post.ts';
import { Room } from '../../server/chat/room.ts';
import { type House, later, NOW, refusal, withHouse } from '../support/domain.ts';

const test = suite('attachments');

const FILE: StoredFile = { name: 'f'.repeat(32), type: 'png', size: 120, width: 40, height: 20 };

/** A lobby with ada and grace as members, and linus outside; entry 2 is an image that ada has sent. */
async function lobbyWithImage({ room, enter, join, as }: House): Promise<number> {
  const lobby = await room('ada', 'lobby');
  await enter('ada', lobby);
  await join('grace', lobby);
  await as('ada', (em, ada) =>
    postMessage(
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
  'an attachment belongs to an entry, is loaded with it, and lets its text be empty',
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
  'only members of its room find an attachment',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    const study = await house.room('grace', 'study', 'invite');
    const find = (username: string, room: number, name = FILE.name) =>
      house.as(username, (em, user) => attachmentNamed(em, user, room, name));
    assert.is((await find('grace', lobby)).type, 'png');
    await refusal(Forbidden, find('linus', lobby));
    await refusal(RoomNotFound, find('ada', study));
    await refusal(NotFound, find('grace', study));
    await refusal(NotFound, find('grace', lobby, 'e'.repeat(32)));
  }),
);

test(
  'only its sender can improve a description, any number of times, and the attachment knows the time of the last change',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    const better = (username: string, text: string, seq = 2, minutes = 1) =>
      house.as(username, (em, user) => describe(em, user, lobby, seq, text, later(minutes * 60_000)));
    const found = async () =>
      (await house.as('ada', (em, ada) => ownAttachment(em, ada, lobby, 2))).attachment;
    await better('ada', 'the harbour');
    assert.is((await found()).describedAt, null, 'the same text is no change');
    await better('ada', ' the harbour,\n at night ');
    await better('ada', 'the harbour at night', 2, 5);
    assert.equal(
      [(await found()).description, (await found()).describedAt],
      ['the harbour at night', later(300_000)],
    );
    await refusal(Forbidden, better('grace', 'mine'));
    await refusal(Forbidden, better('linus', 'mine'));
    await refusal(NotFound, better('ada', 'of a notice', 1));
    await refusal(NotFound, better('ada', 'of nothing', 9));
    await refusal(Invalid, better('ada', ''));
  }),
);

test(
  'a message that is sent again with its attachment is a repetition, also with another file or description',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    const again = (description: string) =>
      house.as('ada', (em, ada) =>
        postMessage(
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
  'deleting a room deletes its attachments, and returns the names of their files',
  withHouse(async (house) => {
    const lobby = await lobbyWithImage(house);
    assert.equal(await fileNamesAmong(house.em(), [FILE.name, 'e'.repeat(32)]), [FILE.name]);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    assert.equal((await deleteSlice(house.em(), lobby)).files, [FILE.name]);
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
  test(`a description for ${type ?? 'no file'}${decorative ? ' that is decorative' : ''} is ${kept === null ? 'refused' : 'accepted'}: ${JSON.stringify(description.slice(0, 12))}`, async () => {
    const given = () => descriptionFor(type, { description, decorative });
    if (kept === null) assert.equal(Object.keys((await refusal(Invalid, given)).problems), ['description']);
    else assert.is(given(), kept);
  });
}

test.run();

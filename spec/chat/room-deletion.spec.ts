import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { Attachment, Entry } from '../../server/chat/entry.ts';
import { NotInRoom, RoomNotFound } from '../../server/chat/errors.ts';
import { roomFor } from '../../server/chat/membership.ts';
import { deleteHiddenRooms, deleteSlice } from '../../server/chat/room-deletion.ts';
import { Room } from '../../server/chat/room.ts';
import { brokenPlaces } from '../../server/commands/check.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrol, type House, houseOf, later, NOW, refusal, withFile, withHouse } from '../support/domain.ts';

const test = suite('deletion of a room');

const DAY_MS = 86_400_000;

/** Stores a log of this length, with a file each hundred messages, by few statements. */
async function fill({ em, id }: House, room: number, length: number): Promise<void> {
  const own = em();
  const ada = await id('ada');
  await own.execute(
    `with recursive n (seq) as (select 1 union all select seq + 1 from n where seq < ?)
    insert into entry (room_id, seq, kind, author_id, body, "key", messages, at) select ?, seq, 'message', ?, 'hello', 'key-' || seq, seq, ? from n`,
    [length, room, ada, NOW],
    'run',
  );
  await own.execute(
    `insert into attachment (room_id, seq, author_id, name, type, size, description) select room_id, seq, author_id, 'file-' || seq, 'txt', 1, 'a text' from entry where room_id = ? and seq % 100 = 0`,
    [room],
    'run',
  );
  await own.nativeUpdate(Room, { id: room }, { lastSeq: length, messages: length });
}

const broken = async ({ em }: House) =>
  (await em().transactional((own) => brokenPlaces(own))).filter(([, places]) => places.length > 0);

test(
  'a deleted room is out of sight at once, and users in it learn why',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    assert.is(await house.em().count(Entry), 2, 'the log is still there');
    for (const username of ['ada', 'grace']) {
      const { message } = await refusal(
        NotInRoom,
        house.as(username, (em, user) => roomFor(em, user, lobby)),
      );
      assert.is(message, 'The room lobby was deleted, with all its messages.');
      await refusal(NotInRoom, house.enter(username, lobby));
    }
    await refusal(
      RoomNotFound,
      house.as('linus', (em, user) => roomFor(em, user, lobby)),
    );
    await refusal(RoomNotFound, house.enter('linus', lobby));
    for (const username of ['ada', 'linus']) {
      const { own, open } = await house.roomsOf(username);
      assert.equal([own, open], [[], []]);
    }
    assert.equal(await broken(house), []);
  }),
);

test(
  'a log is deleted from its end, in slices, and is sound after each',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await fill(house, lobby, 1200);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    const left: number[] = [];
    const files: string[] = [];
    for (let isGone = false; !isGone;) {
      const slice = await deleteSlice(house.em(), lobby);
      files.push(...slice.files);
      isGone = slice.isGone;
      left.push(await house.em().count(Entry));
      assert.equal(await broken(house), []);
    }
    assert.equal(left, [700, 200, 0]);
    assert.is(files.length, 12);
    assert.equal([await house.em().count(Room), await house.em().count(Attachment)], [0, 0]);
    assert.equal(await deleteSlice(house.em(), lobby), { files: [], isGone: true });
  }),
);

test(
  'only a hidden room is deleted, and an import that was killed a day ago',
  withHouse(async (house) => {
    const [lobby, study, attic] = [
      await house.room('ada', 'lobby'),
      await house.room('ada', 'study'),
      await house.room('ada', 'attic'),
    ];
    await house.em().nativeUpdate(Room, { id: study }, { access: 'importing' });
    await house.as('ada', (em, ada) => deleteRoom(em, ada, attic));
    const ids = async () => (await house.em().find(Room, {}, { orderBy: { id: 'asc' } })).map(({ id }) => id);
    const removed: string[] = [];
    const chore = (now: Date) =>
      deleteHiddenRooms(house.em, async (names) => void removed.push(...names), now);
    await chore(later(DAY_MS - 1));
    assert.equal(await ids(), [lobby, study]);
    await chore(later(DAY_MS + 1));
    assert.equal(await ids(), [lobby]);
    assert.equal((await deleteSlice(house.em(), lobby)).files, []);
    assert.equal(await ids(), [lobby]);
  }),
);

test(
  'others post while a large room is deleted',
  withFile(async (file) => {
    const orm = await openDatabase(file);
    try {
      for (const username of ['ada', 'grace', 'linus']) await enrol(orm, username);
      const house = houseOf(orm);
      const [attic, lobby] = [await house.room('ada', 'attic'), await house.room('grace', 'lobby')];
      await fill(house, attic, 20_000);
      await house.enter('grace', lobby);
      await house.as('ada', (em, ada) => deleteRoom(em, ada, attic));
      const deleted = (async () => {
        while ((await house.em().count(Room, { id: attic })) > 0)
          await deleteHiddenRooms(house.em, async () => {}, NOW);
      })();
      const left = () => house.em().count(Entry, { room: attic });
      let posts = 0;
      let longest = 0;
      for (let before = await left(), after = 0; before > 0; before = after, posts += 1) {
        await house.say('grace', lobby, 'hello');
        after = await left();
        longest = Math.max(longest, before - after);
      }
      await deleted;
      assert.ok(posts > 3, `${posts} posts`);
      assert.ok(longest <= 3000, `a post waited for the deletion of ${longest} entries`);
      assert.equal(await broken(house), []);
    } finally {
      await orm.close();
    }
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Entry } from '../../server/chat/entry.ts';
import { Presence } from '../../server/chat/presence.ts';
import { countMessagesAfter, presentNames, roomDetails } from '../../server/chat/room-details.ts';
import { Room } from '../../server/chat/room.ts';
import { enrol, type House, NOW, TIMES, withHouse } from '../support/domain.ts';

const test = suite('room details');

test(
  'a member sees a room with their role, and a stranger an open room without',
  withHouse(async ({ room, say, enter, reader }) => {
    const lobby = await room('ada', 'lobby');
    await enter('ada', lobby);
    await say('ada', lobby, 'hello');
    const open = {
      id: lobby,
      name: 'lobby',
      topic: '',
      access: 'open',
      lastSeq: 2,
      messages: 1,
      creator: 'ada',
      isBanned: false,
    };
    assert.equal(await roomDetails(await reader(), 1, lobby), {
      ...open,
      membership: {
        role: 'admin',
        readSeq: 0,
        announcements: null,
        draft: null,
        hidden: false,
      },
    });
    assert.equal(await roomDetails(await reader(), 2, lobby), { ...open, membership: null });
  }),
);

test(
  'a stranger sees neither a room for members nor a room that does not exist',
  withHouse(async ({ room, reader }) => {
    const study = await room('ada', 'study', 'invite');
    assert.equal(
      [await roomDetails(await reader(), 2, study), await roomDetails(await reader(), 2, 99)],
      [undefined, undefined],
    );
  }),
);

test(
  'a removed user is banned',
  withHouse(async ({ room, enter, remove, reader }) => {
    const lobby = await room('ada', 'lobby');
    await enter('grace', lobby);
    await remove('ada', lobby, 'grace');
    assert.is((await roomDetails(await reader(), 2, lobby))?.isBanned, true);
  }),
);

/** Puts so many users into the room. */
async function crowd({ orm, em }: House, room: number, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const { id } = await enrol(orm, `user${String(number).padStart(3, '0')}`);
    await em().insert(Presence, {
      user: id,
      room,
      lease: 'page',
      expiresAt: new Date(NOW.getTime() + TIMES.page),
    });
  }
}

test(
  'at most 50 names of present users are listed, and the others are counted',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await house.enter('ada', lobby);
    assert.equal(await presentNames(await house.reader(), lobby), {
      names: ['ada', 'grace'],
      away: ['', ''],
      others: 0,
    });
    await crowd(house, lobby, 53);
    const { names, others } = await presentNames(await house.reader(), lobby);
    assert.equal([names.length, names[0], others], [50, 'ada', 5]);
  }),
);

test(
  'counting messages reads two rows, whatever the size of the log',
  withHouse(async (house) => {
    const id = await house.room('ada', 'lobby');
    await house.enter('ada', id);
    for (const body of ['one', 'two', 'three']) await house.say('ada', id, body);
    await house.em().nativeDelete(Entry, { room: id, seq: 3 }); // no row between is looked at
    const lobby = await house.em().findOneOrFail(Room, { id });
    const reader = await house.reader();
    assert.equal(
      await Promise.all([0, 1, 2, 4, 9].map((after) => countMessagesAfter(reader, lobby, after))),
      [3, 3, 2, 0, 0],
    );
  }),
);

test.run();

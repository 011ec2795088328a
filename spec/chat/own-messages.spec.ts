import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Attachment, Entry } from '../../server/chat/entry.ts';
import { ownMessages } from '../../server/chat/own-messages.ts';
import type { Reader } from '../../server/chat/reader.ts';
import { Room } from '../../server/chat/room.ts';
import { enrolMany, type House, NOW, withHouse } from '../support/domain.ts';

const test = suite('own messages');

async function messagesOf({ reader, id }: House, username: string) {
  const messages = [];
  for await (const slice of ownMessages(await reader(), await id(username))) messages.push(...slice);
  return messages;
}

test(
  'the messages of a user are those of all rooms, oldest first, and none of others',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study', 'invite')];
    await house.enter('ada', study);
    await house.say('ada', study, 'one');
    await house.enter('ada', lobby, { leave: study });
    await house.enter('grace', lobby);
    await house.say('grace', lobby, 'two');
    await house.say('ada', lobby, 'three');
    assert.equal(await messagesOf(house, 'ada'), [
      { room: lobby, name: 'lobby', seq: 4, at: NOW, body: 'three' },
      { room: study, name: 'study', seq: 2, at: NOW, body: 'one' },
    ]);
    assert.equal(await messagesOf(house, 'linus'), []);
  }),
);

test(
  'messages of a room that the user was removed from come without the name of the room',
  withHouse(async (house) => {
    const study = await house.room('ada', 'study', 'invite');
    await house.join('grace', study);
    await house.enter('grace', study);
    await house.say('grace', study, 'hello');
    await house.remove('ada', study, 'grace');
    await house.em().nativeUpdate(Room, { id: study }, { name: 'plans about grace' });
    assert.equal(await messagesOf(house, 'grace'), [{ room: study, seq: 2, at: NOW, body: 'hello' }]);
  }),
);

test(
  'a message has the description of its image',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await house.say('ada', lobby, 'look');
    const ada = await house.id('ada');
    await house.em().insert(Attachment, {
      room: lobby,
      entry: [lobby, 2] as never,
      author: ada,
      name: 'x',
      type: 'png',
      size: 7,
      width: 1,
      height: 1,
      description: 'the harbour',
    });
    const [message] = await messagesOf(house, 'ada');
    assert.equal(message!.attachment, { description: 'the harbour', type: 'png', size: 7 });
  }),
);

/** A room with this many messages, every third by ada, with keys in another order than the seqs. */
async function longLog(house: House, count: number): Promise<number> {
  const room = await house.room('linus', 'lobby');
  const [ada, grace] = [await house.id('ada'), await house.id('grace')];
  const rows = Array.from({ length: count }, (_, index) => ({
    room,
    seq: index + 1,
    kind: 'message' as const,
    author: index % 3 ? grace : ada,
    body: `message ${index + 1}`,
    key: `key-${(index * 7919) % count}-of-${count}`,
    at: NOW,
  }));
  for (let from = 0; from < count; from += 500)
    await house.em().insertMany(Entry, rows.slice(from, from + 500));
  await house.em().nativeUpdate(Room, { id: room }, { lastSeq: count });
  return room;
}

test(
  'a long log is read in slices, and every message comes once and in order',
  withHouse(async (house) => {
    const count = 9000;
    await longLog(house, count);
    const reader = await house.reader();
    let rowsAtOnce = 0;
    const watched: Reader = {
      rows: async (...given) => {
        const rows = await reader.rows<never>(...given);
        rowsAtOnce = Math.max(rowsAtOnce, rows.length);
        return rows;
      },
      time: (value) => reader.time(value),
      timeValue: (ms) => reader.timeValue(ms),
    };
    const seqs: number[] = [];
    for await (const slice of ownMessages(watched, await house.id('ada')))
      seqs.push(...slice.map(({ seq }) => seq));
    assert.equal(
      seqs,
      Array.from({ length: count / 3 }, (_, index) => 3 * index + 1),
    );
    assert.ok(rowsAtOnce <= 2000, String(rowsAtOnce));
  }),
);

test(
  'rooms in which the user has said nothing take no statement each',
  withHouse(async (house) => {
    const creator = await house.id('linus');
    const rooms = Array.from({ length: 500 }, (_, index) => ({
      name: `room ${index}`,
      access: 'open' as const,
      creator,
      createdAt: NOW,
    }));
    await house.em().insertMany(Room, rooms);
    await enrolMany(house.orm, ['someone']);
    const reader = await house.reader();
    let statements = 0;
    const watched: Reader = {
      rows: (...given) => {
        statements += 1;
        return reader.rows(...given);
      },
      time: (value) => reader.time(value),
      timeValue: (ms) => reader.timeValue(ms),
    };
    for await (const slice of ownMessages(watched, await house.id('ada'))) assert.equal(slice, []);
    assert.ok(statements <= 3, String(statements));
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { toldLogs } from '../../server/chat/told-log.ts';
import { toldRooms } from '../../server/chat/told-rooms.ts';
import { claimed, said } from '../support/away.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('messages of which a user is told');

test(
  'each message is read with its author and why it is told, and a room without one is left out',
  withHouse(async (house) => {
    await said(house, ['one @grace', 'two', 'three @grace']);
    const reader = await house.reader();
    const [lobby] = await toldRooms(reader, (await claimed(house, 15))!);
    const gone = { ...lobby!, messages: [{ seq: 99, isMention: true, isReply: false }] };
    const logs = await toldLogs(reader, [gone, lobby!]);
    assert.equal(
      logs.map(({ name, messages }) => [name, ...messages.map(({ record }) => record.body)]),
      [['lobby', 'one @grace', 'three @grace']],
    );
    const [{ record, isMention, isReply }] = logs[0]!.messages as [(typeof logs)[0]['messages'][0]];
    assert.equal([record.author.username, isMention, isReply], ['ada', true, false]);
  }),
);

test.run();

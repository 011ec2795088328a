import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { waitingByRoom, waitingIn } from '../../server/chat/waiting.ts';
import { openDirect } from '../../server/chat/direct.ts';
import { Membership } from '../../server/chat/membership.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';

const test = suite('waiting');

/** What waits for a user, in all rooms. */
const waitingFor = async (house: House, username: string, isRead = (_room: number) => false) =>
  waitingIn(await waitingByRoom(await house.reader(), await house.id(username)), isRead);

test(
  'mentions in rooms and messages in conversations wait, beyond the read marker',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    await house.join('grace', lobby);
    for (const body of ['@grace', 'hello', '@grace @ada']) await house.say('ada', lobby, body);
    const { id: direct } = await house.to('ada', 'grace', (em, ada, grace) =>
      openDirect(em, ada, grace, NOW),
    );
    await house.enter('ada', direct, { leave: lobby });
    for (const body of ['@grace', 'hello']) await house.say('ada', direct, body);
    assert.equal(await waitingFor(house, 'grace'), { mentions: 2, messages: 2 });
    assert.equal(await waitingFor(house, 'linus'), { mentions: 0, messages: 0 });
    assert.equal(await waitingFor(house, 'grace', (room) => room === direct), { mentions: 2, messages: 0 });
    const user = await house.id('grace');
    for (const [room, readSeq] of [
      [lobby, 2],
      [direct, 1],
    ] as const)
      await house.em().nativeUpdate(Membership, { user, room }, { readSeq });
    assert.equal(await waitingFor(house, 'grace'), { mentions: 1, messages: 1 });
  }),
);

test(
  'what waits is counted up to a thousand',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const rooms = Array.from({ length: 3 }, () => ({ room: lobby, last: 9, mentions: 900, messages: 7 }));
    assert.equal(
      waitingIn(rooms, () => false),
      { mentions: 1000, messages: 21 },
    );
  }),
);

test.run();

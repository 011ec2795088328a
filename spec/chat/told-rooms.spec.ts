import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Telling } from '../../server/chat/due.ts';
import { Membership } from '../../server/chat/membership.ts';
import { finish } from '../../server/chat/telling.ts';
import { MOST_MESSAGES, toldRooms } from '../../server/chat/told-rooms.ts';
import { claimed, said, toldSeqs } from '../support/away.ts';
import { NOW, withHouse } from '../support/domain.ts';

const test = suite('what a user is told of');

test(
  'what was read while it waited is left out, also of a second try',
  withHouse(async (house) => {
    const lobby = await said(house, ['one @grace', 'two @grace']);
    const claim = (await claimed(house, 15))!;
    const grace = await house.id('grace');
    await house.em().nativeUpdate(Membership, { room: lobby, user: grace }, { readSeq: 2 });
    assert.equal(await toldSeqs(house, claim), [[3]]);
    await house.em().nativeUpdate(Membership, { room: lobby, user: grace }, { readSeq: 3 });
    assert.equal(await toldSeqs(house, claim), []);
  }),
);

test(
  'a mail has so many messages, and counts the others',
  withHouse(async (house) => {
    await said(
      house,
      Array.from({ length: MOST_MESSAGES + 3 }, (_, index) => `${index} @grace`),
    );
    const [room] = await toldRooms(await house.reader(), (await claimed(house, 15))!);
    assert.equal([room!.messages.length, room!.count], [MOST_MESSAGES, MOST_MESSAGES + 3]);
  }),
);

test(
  'a user who has left the room is told nothing of it',
  withHouse(async (house) => {
    const lobby = await said(house);
    const claim = (await claimed(house, 15))!;
    await house.em().nativeDelete(Membership, { room: lobby, user: await house.id('grace') });
    assert.equal(await toldSeqs(house, claim), []);
    await finish(house.em(), claim, { now: NOW, isSent: false });
    assert.is(await house.em().count(Telling), 0);
  }),
);

test.run();

import * as assert from 'uvu/assert';
import { openDirect } from '../../server/chat/direct.ts';
import { roomsPage, shownRoom } from '../../server/chat/rooms-shown.ts';
import { NOW, withHouse } from '../support/domain.ts';
import { suite } from '../support/suite.ts';

const test = suite('rooms as operators see them');

test(
  'rooms are found by the beginning of their names or by who made them, and conversations are not among them',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'Lobby');
    const study = await house.room('grace', 'study', 'invite');
    const pair = await house.to('ada', 'grace', (em, ada, grace) => openDirect(em, ada, grace, NOW));
    const reader = await house.reader();
    const ids = async (wanted: Parameters<typeof roomsPage>[1]) =>
      (await roomsPage(reader, wanted, 1)).rows.map(({ id }) => id);
    assert.equal(await ids({}), [study, lobby]);
    assert.equal(await ids({ beginning: 'lo' }), [lobby]);
    assert.equal(await ids({ beginning: '\0' }), []);
    assert.equal(await ids({ creator: await house.id('grace') }), [study]);
    assert.equal(
      [(await shownRoom(reader, study))?.creator, (await shownRoom(reader, study))?.members],
      ['grace', 1],
    );
    assert.is(await shownRoom(reader, pair.id), undefined);
  }),
);

test.run();

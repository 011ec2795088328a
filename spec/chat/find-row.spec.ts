import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { findRow } from '../../server/chat/find-row.ts';
import { Membership } from '../../server/chat/membership.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('find row');

test(
  'a row is found with all its columns, as `findOne` finds it',
  withHouse(async ({ em, id, room }) => {
    const [ada, lobby] = [await id('ada'), await room('ada', 'lobby')];
    const found = await findRow(em(), User, { id: ada });
    assert.equal(Object.entries(found!), Object.entries(await em().findOneOrFail(User, { id: ada })));
    const membership = await findRow(em(), Membership, { room_id: lobby, user_id: ada });
    assert.equal([membership?.role, membership?.room.id, membership?.user.id], ['admin', lobby, ada]);
    assert.instance(membership?.joinedAt, Date);
  }),
);

test(
  'a row that is not there is null',
  withHouse(async ({ em }) => {
    assert.is(await findRow(em(), Room, { id: 999 }), null);
  }),
);

test(
  'a row that is known already is given as it is now, as the same object',
  withHouse(async ({ em, room }) => {
    const lobby = await room('ada', 'lobby');
    const own = em();
    const known = await own.findOneOrFail(Room, { id: lobby });
    await em().nativeUpdate(Room, { id: lobby }, { topic: 'ships', messages: 7 });
    assert.is(await findRow(own, Room, { id: lobby }), known);
    assert.equal([known.topic, known.messages], ['ships', 7]);
  }),
);

test(
  'what is changed in a row that was found is written by the unit of work, and nothing else',
  withHouse(async ({ em, room }) => {
    const lobby = await room('ada', 'lobby');
    const own = em();
    const found = (await findRow(own, Room, { id: lobby }))!;
    own.getUnitOfWork().computeChangeSets();
    assert.equal(own.getUnitOfWork().getChangeSets(), []);
    found.topic = 'tides';
    await own.flush();
    assert.is((await em().findOneOrFail(Room, { id: lobby })).topic, 'tides');
  }),
);

test.run();

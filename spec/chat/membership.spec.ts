import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { recordDeparture } from '../../server/chat/departure.ts';
import { type DepartureReason, Forbidden, NotFound, NotInRoom } from '../../server/chat/errors.ts';
import { Membership, roomFor, roomOfAdmin, roomOfMember } from '../../server/chat/membership.ts';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('membership');

const find = ({ as }: House, username: string, id: number) =>
  as(username, (em, user) => roomFor(em, user, id));

test(
  'a member finds their room, with their role',
  withHouse(async (house) => {
    for (const access of ['open', 'invite']) {
      const { room, membership } = await find(house, 'ada', await house.room('ada', 'lobby', access));
      assert.equal([room.name, room.creator.username, membership?.role], ['lobby', 'ada', 'admin']);
    }
  }),
);

test(
  'a stranger finds an open room',
  withHouse(async (house) => {
    const { room, membership } = await find(house, 'grace', await house.room('ada', 'lobby'));
    assert.equal([room.creator.id, membership], [await house.id('ada'), null]);
  }),
);

test(
  'a stranger gets the same answer for an invite room as for a room that does not exist',
  withHouse(async (house) => {
    const cellar = await house.room('ada', 'cellar', 'invite');
    const [hidden, none] = [
      await refusal(NotFound, find(house, 'grace', cellar)),
      await refusal(NotFound, find(house, 'grace', 999)),
    ];
    assert.is(hidden.message, none.message);
    await house.join('grace', cellar);
    assert.is((await find(house, 'grace', cellar)).membership?.role, 'member');
  }),
);

test(
  'a stranger can neither read nor write in an open room',
  withHouse(async ({ room, as, enter }) => {
    const lobby = await room('ada', 'lobby');
    const refused = await refusal(
      Forbidden,
      as('grace', (em, grace) => roomOfMember(em, grace, lobby)),
    );
    assert.is(refused.message, 'You are not a member of lobby. Enter it to read and write.');
    await enter('grace', lobby);
    assert.is((await as('grace', (em, grace) => roomOfMember(em, grace, lobby))).membership.role, 'member');
  }),
);

test(
  'only an admin passes a check for admins',
  withHouse(async (house) => {
    const [lobby, cellar] = [await house.room('ada', 'lobby'), await house.room('ada', 'cellar', 'invite')];
    await house.join('grace', lobby);
    const administer = (username: string, id: number) =>
      house.as(username, (em, user) => roomOfAdmin(em, user, id));
    await refusal(Forbidden, administer('grace', lobby));
    await refusal(Forbidden, administer('linus', lobby));
    await refusal(NotFound, administer('linus', cellar));
    assert.is((await administer('ada', lobby)).room.id, lobby);
  }),
);

test(
  'after a room was deleted, the users who were in it learn so, and for others the room does not exist',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    const ended = await refusal(NotInRoom, find(house, 'grace', lobby));
    assert.equal(
      [ended.why, ended.message],
      ['deleted', 'The room lobby was deleted, with all its messages.'],
    );
    await refusal(NotFound, find(house, 'linus', lobby));
    await refusal(NotFound, find(house, 'grace', lobby + 1));
  }),
);

test(
  'a user who was removed learns so in an open room too; a user who left or was away finds the room',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const note = (why: DepartureReason) =>
      house.as('grace', (em, grace) =>
        recordDeparture(em, grace, { id: lobby, name: 'lobby' }, why, { told: true }),
      );
    await note('removed');
    assert.is((await refusal(NotInRoom, find(house, 'grace', lobby))).why, 'removed');
    for (const why of ['left', 'away'] as const) {
      await note(why);
      assert.is((await find(house, 'grace', lobby)).membership, null);
    }
  }),
);

test(
  'a user who was removed and added again finds the room',
  withHouse(async (house) => {
    const cellar = await house.room('ada', 'cellar', 'invite');
    await house.join('grace', cellar);
    await house.enter('grace', cellar);
    await house.remove('ada', cellar, 'grace');
    assert.is((await refusal(NotInRoom, find(house, 'grace', cellar))).why, 'removed');
    await house.add('ada', cellar, 'grace');
    assert.is((await find(house, 'grace', cellar)).membership?.role, 'member');
  }),
);

test(
  'once they have entered another room, a removed user finds an open room as a stranger does, and an invite room not at all',
  withHouse(async (house) => {
    const [lobby, cellar, study] = [
      await house.room('ada', 'lobby'),
      await house.room('ada', 'cellar', 'invite'),
      await house.room('ada', 'study'),
    ];
    for (const room of [lobby, cellar]) {
      await house.join('grace', room);
      await house.enter('grace', room);
      await house.remove('ada', room, 'grace');
    }
    await house.enter('grace', study);
    assert.is((await find(house, 'grace', lobby)).membership, null);
    await refusal(NotFound, find(house, 'grace', cellar));
  }),
);

test(
  'a user has one membership in a room',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await refusal(Error, house.join('ada', lobby));
    await house.enter('ada', lobby);
    assert.equal(
      (await house.em().find(Membership, {})).map(({ role }) => role),
      ['admin'],
    );
  }),
);

test.run();

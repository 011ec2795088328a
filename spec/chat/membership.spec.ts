import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { depart } from '../../server/chat/departure.ts';
import { Ended, Forbidden, Missing, type Why } from '../../server/chat/errors.ts';
import { Membership, membersOf, roomFor, roomOfAdmin, roomOfMember } from '../../server/chat/membership.ts';
import { deleteRoom, Room } from '../../server/chat/room.ts';
import { enrol, refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a membership');

const find = ({ as }: House, username: string, id: number) =>
  as(username, (em, user) => roomFor(em, user, id));

test(
  'lets its person find the room',
  withHouse(async (house) => {
    for (const access of ['open', 'invite']) {
      const { room, membership } = await find(house, 'ada', await house.room('ada', 'lobby', access));
      assert.equal([room.name, room.creator.username, membership?.role], ['lobby', 'ada', 'admin']);
    }
  }),
);

test(
  'is not needed to find an open room',
  withHouse(async (house) => {
    const { room, membership } = await find(house, 'grace', await house.room('ada', 'lobby'));
    assert.equal([room.creator.username, membership], ['ada', null]);
  }),
);

test(
  'is needed to find an invite room, which answers a stranger as if there were none',
  withHouse(async (house) => {
    const cellar = await house.room('ada', 'cellar', 'invite');
    const [hidden, none] = [
      await refusal(Missing, find(house, 'grace', cellar)),
      await refusal(Missing, find(house, 'grace', 999)),
    ];
    assert.is(hidden.message, none.message);
    await house.join('grace', cellar);
    assert.is((await find(house, 'grace', cellar)).membership?.role, 'member');
  }),
);

test(
  'is needed to read and write in an open room too',
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
  'is not enough for what takes an admin',
  withHouse(async (house) => {
    const [lobby, cellar] = [await house.room('ada', 'lobby'), await house.room('ada', 'cellar', 'invite')];
    await house.join('grace', lobby);
    const administer = (username: string, id: number) =>
      house.as(username, (em, user) => roomOfAdmin(em, user, id));
    await refusal(Forbidden, administer('grace', lobby));
    await refusal(Forbidden, administer('linus', lobby));
    await refusal(Missing, administer('linus', cellar));
    assert.is((await administer('ada', lobby)).room.id, lobby);
  }),
);

test(
  "that ended with the room's deletion is told to whoever was in it; to others there is no room",
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    const ended = await refusal(Ended, find(house, 'grace', lobby));
    assert.equal(
      [ended.why, ended.message],
      ['deleted', 'The room lobby was deleted, with all its messages.'],
    );
    await refusal(Missing, find(house, 'linus', lobby));
    await refusal(Missing, find(house, 'grace', lobby + 1));
  }),
);

test(
  'that was taken away ends an open room too, where one that was left does not',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const note = (why: Why) =>
      house.as('grace', (em, grace) => depart(em, grace, { id: lobby, name: 'lobby' }, why, { told: true }));
    await note('removed');
    assert.is((await refusal(Ended, find(house, 'grace', lobby))).why, 'removed');
    for (const why of ['left', 'away'] as const) {
      await note(why);
      assert.is((await find(house, 'grace', lobby)).membership, null);
    }
  }),
);

test(
  'that was taken away and given again is found, whatever was told before',
  withHouse(async (house) => {
    const cellar = await house.room('ada', 'cellar', 'invite');
    await house.join('grace', cellar);
    await house.enter('grace', cellar);
    await house.remove('ada', cellar, 'grace');
    assert.is((await refusal(Ended, find(house, 'grace', cellar))).why, 'removed');
    await house.add('ada', cellar, 'grace');
    assert.is((await find(house, 'grace', cellar)).membership?.role, 'member');
  }),
);

test(
  'that was taken away leaves of an open room what a stranger may know, once another was entered, and nothing of an invite room',
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
    await refusal(Missing, find(house, 'grace', cellar));
  }),
);

test(
  "is listed with its room's others: administrators first, then by name as people sort it",
  withHouse(async (house) => {
    const lobby = await house.room('linus', 'lobby');
    for (const username of ['Zoe', 'émile']) await enrol(house.orm, username);
    await house.join('grace', lobby, 'admin');
    for (const username of ['Zoe', 'émile', 'ada']) await house.join(username, lobby);
    await house.join('ada', await house.room('linus', 'study'));
    const em = house.em();
    const members = await membersOf(em, await em.findOneOrFail(Room, { id: lobby }));
    assert.equal(
      members.map(({ user, role }) => `${user.username} ${role}`),
      ['grace admin', 'linus admin', 'ada member', 'émile member', 'Zoe member'],
    );
  }),
);

test(
  'is one for a person and a room, and nobody is admin twice',
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

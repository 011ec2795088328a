import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import { Ban, isBanned } from '../../server/chat/ban.ts';
import { Forbidden, NotFound, NotInRoom } from '../../server/chat/errors.ts';
import { presenceOf } from '../../server/chat/presence.ts';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('ban');

const isBarred = ({ as }: House, username: string, room: number) =>
  as(username, (em, user) => isBanned(em, user, room));

/** A room of ada's, which grace was removed from. */
async function roomWithout({ room, join, remove }: House, access?: string) {
  const id = await room('ada', 'lobby', access);
  await join('grace', id);
  await remove('ada', id, 'grace');
  return id;
}

test(
  'removing a member bans that user from that room',
  withHouse(async (house) => {
    const [lobby, study] = [await roomWithout(house), await house.room('ada', 'study')];
    const barred = [
      ['grace', lobby],
      ['grace', study],
      ['linus', lobby],
      ['ada', lobby],
    ] as const;
    assert.equal(await Promise.all(barred.map(([username, room]) => isBarred(house, username, room))), [
      true,
      false,
      false,
      false,
    ]);
    for (const enter of [house.enter('grace', study), house.enter('linus', lobby)]) await enter;
  }),
);

test(
  'a banned user cannot enter an open room, and learns whom to ask',
  withHouse(async (house) => {
    const lobby = await roomWithout(house);
    const refused = await refusal(Forbidden, house.enter('grace', lobby));
    assert.is(
      refused.message,
      'You were removed from lobby. Ask one of its administrators to add you again.',
    );
    assert.equal(
      [await house.members(lobby), await house.log(lobby)],
      [['ada admin'], ['1 removed ada grace']],
    );
  }),
);

test(
  'a banned user gets the same answer for an invite room as for a room that does not exist',
  withHouse(async (house) => {
    const cellar = await roomWithout(house, 'invite');
    const [hidden, none] = [
      await refusal(NotFound, house.enter('grace', cellar)),
      await refusal(NotFound, house.enter('grace', 999)),
    ];
    assert.is(hidden.message, none.message);
  }),
);

test(
  'a banned user who wants to move into the room stays in the room they are in',
  withHouse(async (house) => {
    const [lobby, study] = [await roomWithout(house), await house.room('ada', 'study')];
    await house.enter('grace', study);
    await refusal(Forbidden, house.enter('grace', lobby, { leave: study }));
    assert.is((await house.as('grace', presenceOf))?.room.id, study);
    assert.equal(await house.log(study), ['1 entered grace']);
  }),
);

test(
  'a ban outlives the departure message, and entering another room',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await house.remove('ada', lobby, 'grace');
    await house.enter('grace', await house.room('ada', 'study'));
    assert.ok(await isBarred(house, 'grace', lobby));
  }),
);

test(
  'adding the user again ends the ban, and the next removal begins another',
  withHouse(async (house) => {
    const lobby = await roomWithout(house);
    await house.add('ada', lobby, 'grace');
    assert.not.ok(await isBarred(house, 'grace', lobby));
    await house.enter('grace', lobby);
    await house.remove('ada', lobby, 'grace');
    assert.ok(await isBarred(house, 'grace', lobby));
    assert.equal(await house.log(lobby), [
      '1 removed ada grace',
      '2 added ada grace',
      '3 entered grace',
      '4 removed ada grace',
    ]);
  }),
);

test(
  "adding one user ends no other user's ban",
  withHouse(async (house) => {
    const lobby = await roomWithout(house);
    await house.join('linus', lobby);
    await house.remove('ada', lobby, 'linus');
    await house.add('ada', lobby, 'grace');
    assert.equal(
      [await isBarred(house, 'grace', lobby), await isBarred(house, 'linus', lobby)],
      [false, true],
    );
  }),
);

test(
  'deleting a room deletes its bans',
  withHouse(async (house) => {
    const lobby = await roomWithout(house);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    assert.is(await house.em().count(Ban), 0);
    await refusal(NotInRoom, house.enter('grace', lobby));
  }),
);

test.run();

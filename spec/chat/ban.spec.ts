import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Ban, isBanned } from '../../server/chat/ban.ts';
import { Ended, Forbidden, Missing } from '../../server/chat/errors.ts';
import { presenceOf } from '../../server/chat/presence.ts';
import { deleteRoom } from '../../server/chat/room.ts';
import { refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('a ban');

const bars = ({ as }: House, username: string, room: number) =>
  as(username, (em, user) => isBanned(em, user, room));

/** A room of ada's that grace was removed from. */
async function roomWithout({ room, join, remove }: House, access?: string) {
  const id = await room('ada', 'lobby', access);
  await join('grace', id);
  await remove('ada', id, 'grace');
  return id;
}

test(
  'begins with a removal, for that person and that room',
  withHouse(async (house) => {
    const [lobby, study] = [await roomWithout(house), await house.room('ada', 'study')];
    const barred = [
      ['grace', lobby],
      ['grace', study],
      ['linus', lobby],
      ['ada', lobby],
    ] as const;
    assert.equal(await Promise.all(barred.map(([username, room]) => bars(house, username, room))), [
      true,
      false,
      false,
      false,
    ]);
    for (const enter of [house.enter('grace', study), house.enter('linus', lobby)]) await enter;
  }),
);

test(
  'keeps its person out of an open room, and says whom to ask',
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
  'tells of an invite room no more than anybody is told',
  withHouse(async (house) => {
    const cellar = await roomWithout(house, 'invite');
    const [hidden, none] = [
      await refusal(Missing, house.enter('grace', cellar)),
      await refusal(Missing, house.enter('grace', 999)),
    ];
    assert.is(hidden.message, none.message);
  }),
);

test(
  'leaves its person in the room that they agreed to leave for this one',
  withHouse(async (house) => {
    const [lobby, study] = [await roomWithout(house), await house.room('ada', 'study')];
    await house.enter('grace', study);
    await refusal(Forbidden, house.enter('grace', lobby, { leave: study }));
    assert.is((await house.as('grace', presenceOf))?.room.id, study);
    assert.equal(await house.log(study), ['1 entered grace']);
  }),
);

test(
  'outlives what its person was told, and another room',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await house.remove('ada', lobby, 'grace');
    await house.enter('grace', await house.room('ada', 'study'));
    assert.ok(await bars(house, 'grace', lobby));
  }),
);

test(
  'ends when its person is added again, and begins again with the next removal',
  withHouse(async (house) => {
    const lobby = await roomWithout(house);
    await house.add('ada', lobby, 'grace');
    assert.not.ok(await bars(house, 'grace', lobby));
    await house.enter('grace', lobby);
    await house.remove('ada', lobby, 'grace');
    assert.ok(await bars(house, 'grace', lobby));
    assert.equal(await house.log(lobby), [
      '1 removed ada grace',
      '2 added ada grace',
      '3 entered grace',
      '4 removed ada grace',
    ]);
  }),
);

test(
  'of another stays when one is added',
  withHouse(async (house) => {
    const lobby = await roomWithout(house);
    await house.join('linus', lobby);
    await house.remove('ada', lobby, 'linus');
    await house.add('ada', lobby, 'grace');
    assert.equal([await bars(house, 'grace', lobby), await bars(house, 'linus', lobby)], [false, true]);
  }),
);

test(
  'goes with its room',
  withHouse(async (house) => {
    const lobby = await roomWithout(house);
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    assert.is(await house.em().count(Ban), 0);
    await refusal(Ended, house.enter('grace', lobby));
  }),
);

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Departure } from '../../server/chat/departure.ts';
import { Forbidden, Invalid, Missing } from '../../server/chat/errors.ts';
import { presenceOf } from '../../server/chat/presence.ts';
import { quit } from '../../server/chat/quit.ts';
import { NOW, refusal, thrownBy, withHouse, type House } from '../support/nouns.ts';

const test = suite('giving up membership');

const giveUp = ({ as }: House, username: string, room: number) =>
  as(username, (em, user) => quit(em, user, room, NOW));

test(
  'ends it, with one notice and no ban',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby);
    assert.is((await giveUp(house, 'grace', lobby)).name, 'lobby');
    assert.equal([await house.members(lobby), await house.log(lobby)], [['ada admin'], ['1 quit grace']]);
    assert.is(await house.em().count(Departure), 0);
    await house.enter('grace', lobby);
    assert.equal(await house.members(lobby), ['ada admin', 'grace member']);
  }),
);

test(
  'of an invite room is for good, unless one is added again',
  withHouse(async (house) => {
    const cellar = await house.room('ada', 'cellar', 'invite');
    await house.join('grace', cellar);
    await giveUp(house, 'grace', cellar);
    await refusal(Missing, house.enter('grace', cellar));
    await house.add('ada', cellar, 'grace');
    await house.enter('grace', cellar);
    assert.equal(await house.log(cellar), ['1 quit grace', '2 added ada grace', '3 entered grace']);
  }),
);

test(
  'leaves the room first, and its person knows why',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await giveUp(house, 'grace', lobby);
    assert.equal(await house.log(lobby), ['1 entered grace', '2 left grace', '3 quit grace']);
    const departures = await house.em().find(Departure, {});
    assert.equal(
      departures.map(({ why, told }) => [why, told]),
      [['left', true]],
    );
  }),
);

test(
  'of one room leaves its person in another',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.join('grace', lobby);
    await house.enter('grace', study);
    await giveUp(house, 'grace', lobby);
    assert.is((await house.as('grace', presenceOf))?.room.id, study);
    assert.equal(await house.log(lobby), ['1 quit grace']);
  }),
);

test(
  'is not for admins, last or not, who are told what to do first and stay where they are',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    const refused = await refusal(Invalid, giveUp(house, 'ada', lobby));
    assert.equal(refused.problems, {
      '': 'You administer lobby. Make yourself a member first; where you are the only administrator, make somebody else one before that.',
    });
    await house.join('grace', lobby, 'admin');
    await refusal(Invalid, giveUp(house, 'ada', lobby));
    assert.is((await house.as('ada', presenceOf))?.room.id, lobby);
    assert.equal(
      [await house.members(lobby), await house.log(lobby)],
      [['ada admin', 'grace admin'], ['1 entered ada']],
    );
  }),
);

test(
  'is open to an admin who has stepped down',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby, 'admin');
    await house.changeRole('ada', lobby, 'ada', 'member');
    await giveUp(house, 'ada', lobby);
    assert.equal(await house.members(lobby), ['grace admin']);
  }),
);

test(
  'takes one: a stranger has none, nor has whoever has given it up',
  withHouse(async (house) => {
    const [lobby, cellar] = [await house.room('ada', 'lobby'), await house.room('ada', 'cellar', 'invite')];
    await refusal(Forbidden, giveUp(house, 'linus', lobby));
    await refusal(Missing, giveUp(house, 'linus', cellar));
    await house.enter('grace', lobby);
    const reasons = await thrownBy([giveUp(house, 'grace', lobby), giveUp(house, 'grace', lobby)]);
    assert.is(reasons.length, 1);
    assert.instance(reasons[0], Forbidden);
    assert.equal(await house.log(lobby), ['1 entered grace', '2 left grace', '3 quit grace']);
  }),
);

test(
  'and being made an admin at once: one of the two happens',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby);
    const reasons = await thrownBy([
      giveUp(house, 'grace', lobby),
      house.changeRole('ada', lobby, 'grace', 'admin'),
    ]);
    assert.is(reasons.length, 1);
    assert.instance(reasons[0], Invalid);
    assert.is((await house.log(lobby)).length, 1);
  }),
);

test.run();

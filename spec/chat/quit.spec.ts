import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Departure } from '../../server/chat/departure.ts';
import { Forbidden, Invalid, NotFound } from '../../server/chat/errors.ts';
import { presenceOf } from '../../server/chat/presence.ts';
import { giveUp } from '../../server/chat/quit.ts';
import { type House, NOW, refusal, thrownBy, withHouse } from '../support/domain.ts';

const test = suite('giving up membership');

const quit = ({ as }: House, username: string, room: number) =>
  as(username, (em, user) => giveUp(em, user, room, NOW));

test(
  'giving up membership ends it, with one notice and no ban',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby);
    assert.is((await quit(house, 'grace', lobby)).name, 'lobby');
    assert.equal([await house.members(lobby), await house.log(lobby)], [['ada admin'], ['1 quit grace']]);
    assert.is(await house.em().count(Departure), 0);
    await house.enter('grace', lobby);
    assert.equal(await house.members(lobby), ['ada admin', 'grace member']);
  }),
);

test(
  'a user who gave up membership of an invite room needs to be added again',
  withHouse(async (house) => {
    const cellar = await house.room('ada', 'cellar', 'invite');
    await house.join('grace', cellar);
    await quit(house, 'grace', cellar);
    await refusal(NotFound, house.enter('grace', cellar));
    await house.add('ada', cellar, 'grace');
    await house.enter('grace', cellar);
    assert.equal(await house.log(cellar), ['1 quit grace', '2 added ada grace', '3 entered grace']);
  }),
);

test(
  'giving up membership leaves the room first, and the user needs no message',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('grace', lobby);
    await quit(house, 'grace', lobby);
    assert.equal(await house.log(lobby), ['1 entered grace', '2 left grace', '3 quit grace']);
    const departures = await house.em().find(Departure, {});
    assert.equal(
      departures.map(({ why, told }) => [why, told]),
      [['left', true]],
    );
  }),
);

test(
  'giving up membership of one room does not end presence in another',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.join('grace', lobby);
    await house.enter('grace', study);
    await quit(house, 'grace', lobby);
    assert.is((await house.as('grace', presenceOf))?.room.id, study);
    assert.equal(await house.log(lobby), ['1 quit grace']);
  }),
);

test(
  'an admin cannot give up membership, learns what to do first, and stays in the room',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    const refused = await refusal(Invalid, quit(house, 'ada', lobby));
    assert.equal(refused.problems, {
      '': 'You are an administrator of lobby. Make yourself a member first. If you are the only administrator, make somebody else an administrator before that.',
    });
    await house.join('grace', lobby, 'admin');
    await refusal(Invalid, quit(house, 'ada', lobby));
    assert.is((await house.as('ada', presenceOf))?.room.id, lobby);
    assert.equal(
      [await house.members(lobby), await house.log(lobby)],
      [['ada admin', 'grace admin'], ['1 entered ada']],
    );
  }),
);

test(
  'an admin who became a member can give up membership',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby, 'admin');
    await house.changeRole('ada', lobby, 'ada', 'member');
    await quit(house, 'ada', lobby);
    assert.equal(await house.members(lobby), ['grace admin']);
  }),
);

test(
  'only a member can give up membership, and only once',
  withHouse(async (house) => {
    const [lobby, cellar] = [await house.room('ada', 'lobby'), await house.room('ada', 'cellar', 'invite')];
    await refusal(Forbidden, quit(house, 'linus', lobby));
    await refusal(NotFound, quit(house, 'linus', cellar));
    await house.enter('grace', lobby);
    const reasons = await thrownBy([quit(house, 'grace', lobby), quit(house, 'grace', lobby)]);
    assert.is(reasons.length, 1);
    assert.instance(reasons[0], Forbidden);
    assert.equal(await house.log(lobby), ['1 entered grace', '2 left grace', '3 quit grace']);
  }),
);

test(
  'when a member gives up membership and is made an admin at the same time, one of the two happens',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby);
    const reasons = await thrownBy([
      quit(house, 'grace', lobby),
      house.changeRole('ada', lobby, 'grace', 'admin'),
    ]);
    assert.is(reasons.length, 1);
    assert.instance(reasons[0], Invalid);
    assert.is((await house.log(lobby)).length, 1);
  }),
);

test.run();

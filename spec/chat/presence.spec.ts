import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Departure, departureOf } from '../../server/chat/departure.ts';
import { Elsewhere, Ended, Forbidden, Missing } from '../../server/chat/errors.ts';
import { Membership } from '../../server/chat/membership.ts';
import {
  close,
  expire,
  extend,
  leave,
  Presence,
  presenceIn,
  presenceOf,
  usernamesIn,
} from '../../server/chat/presence.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { later, NOW, refusal, thrownBy, TIMES, withHouse, type House } from '../support/nouns.ts';

const test = suite('presence');

/** Two open rooms of linus's. */
const rooms = async ({ room }: House) => ({
  lobby: await room('linus', 'lobby'),
  study: await room('linus', 'study'),
});
/** Where ada is. */
const whereIs = ({ as }: House) => as('ada', async (em, ada) => (await presenceOf(em, ada))?.room.name);
const whyOut = ({ as }: House, room: number) =>
  refusal(
    Ended,
    as('ada', async (em, ada) => presenceIn(em, ada, await em.findOneOrFail(Room, { id: room }))),
  );

test(
  'begins by entering, which makes a member of a stranger and writes one notice',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    const [presence] = await house.em().find(Presence, {}, { populate: ['user'] });
    assert.equal(
      [presence?.user.username, presence?.lease, presence?.expiresAt, presence?.closing],
      ['ada', 'page', later(TIMES.page), false],
    );
    assert.is(
      await house.em().count(Membership, { room: lobby, user: { username: 'ada' }, role: 'member' }),
      1,
    );
    assert.equal(await house.log(lobby), ['1 entered ada']);
  }),
);

test(
  'does not begin in an invite room of others',
  withHouse(async ({ room, enter: come, em }) => {
    await refusal(Missing, come('ada', await room('linus', 'cellar', 'invite')));
    assert.equal([await em().count(Presence), await em().count(Membership)], [0, 1]);
  }),
);

test(
  'that is entered again is no second beginning, but a sign of life',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    await house.as('ada', (em, ada) => close(em, ada, lobby, later(1000)));
    await house.enter('ada', lobby, { now: later(2000) });
    const [presence] = await house.em().find(Presence, {});
    assert.equal([presence?.expiresAt, presence?.closing], [later(2000 + TIMES.page), false]);
    assert.equal(await house.log(lobby), ['1 entered ada']);
  }),
);

test(
  'begins once where one enters ten times at once',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await Promise.all(Array.from({ length: 10 }, () => house.enter('ada', lobby)));
    assert.equal(await house.log(lobby), ['1 entered ada']);
  }),
);

test(
  'in a room bars every other, with both named',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    const refused = await refusal(Elsewhere, house.enter('ada', study));
    assert.is(refused.message, 'You are in lobby. You can be in one room at a time.');
    assert.equal([refused.about.room.id, refused.about.current.id], [study, lobby]);
    assert.equal([await whereIs(house), await house.log(study)], ['lobby', []]);
    assert.is(await house.em().count(Membership, { room: study, user: { username: 'ada' } }), 0);
  }),
);

test(
  'is in one of two rooms that are entered at once',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    const reasons = await thrownBy([house.enter('ada', lobby), house.enter('ada', study)]);
    assert.is(reasons.length, 1);
    assert.instance(reasons[0], Elsewhere);
    assert.is(await house.em().count(Presence), 1);
    assert.is((await house.log(lobby)).length + (await house.log(study)).length, 1);
  }),
);

test(
  'is a primary key: a second row for a person cannot be',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    const { id } = await house.em().findOneOrFail(User, { username: 'ada' });
    await refusal(
      Error,
      house.em().insert(Presence, { user: id, room: study, lease: 'page', expiresAt: NOW, closing: false }),
    );
  }),
);

test(
  'moves where one agrees to leave the room one is in, with a notice in each',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await house.enter('ada', study, { leave: lobby });
    assert.is(await whereIs(house), 'study');
    assert.equal(
      [await house.log(lobby), await house.log(study)],
      [['1 entered ada', '2 left ada'], ['1 entered ada']],
    );
    const why = await whyOut(house, lobby);
    assert.equal(
      [why.why, why.message],
      ['moved', 'You are not in lobby: you are in study, and can be in one room at a time.'],
    );
  }),
);

test(
  'does not move where one agreed to leave another room than that',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    const hall = await house.room('linus', 'hall');
    await house.enter('ada', lobby);
    await refusal(Elsewhere, house.enter('ada', study, { leave: hall }));
    assert.is(await whereIs(house), 'lobby');
  }),
);

test(
  'moves one way where two tabs swap rooms at once',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await thrownBy([
      house.enter('ada', study, { leave: lobby }),
      house.enter('ada', lobby, { leave: study }),
    ]);
    const lines = [...(await house.log(lobby)), ...(await house.log(study))];
    assert.is(
      lines.filter((line) => line.includes('entered')).length,
      lines.filter((line) => line.includes('left')).length + 1,
    );
    assert.is(await house.em().count(Presence), 1);
  }),
);

test(
  'ends by leaving, with one notice and the reason',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    const go = (room: number) => house.as('ada', (em, ada) => leave(em, ada, room, NOW));
    await go(study); // where ada is not
    assert.is(await whereIs(house), 'lobby');
    await Promise.all([go(lobby), go(lobby)]);
    assert.is(await whereIs(house), undefined);
    assert.equal(await house.log(lobby), ['1 entered ada', '2 left ada']);
    const why = await whyOut(house, lobby);
    assert.equal([why.why, why.message], ['left', 'You left lobby.']);
  }),
);

test(
  'of a member who has not entered is none, and says what to do',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    const why = await whyOut(house, lobby);
    assert.equal([why.why, why.message], ['left', 'You are not in lobby. Enter it to write.']);
  }),
);

test(
  'ends when a closing page is not heard again, and its person knows',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    await house.as('ada', (em, ada) => close(em, ada, lobby, NOW));
    const check = (now: Date) => house.as('ada', (em, ada) => expire(em, ada, lobby, now));
    await check(later(4999));
    assert.is(await whereIs(house), 'lobby');
    await check(later(5000));
    await check(later(5000));
    assert.equal(await house.log(lobby), ['1 entered ada', '2 left ada']);
    const [departure] = await house.em().find(Departure, {});
    assert.equal([departure?.why, departure?.told], ['left', true]);
  }),
);

test(
  'goes on when a closing page is heard again',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    await house.as('ada', (em, ada) => close(em, ada, lobby, NOW));
    await house.as('ada', async (em, ada) =>
      extend(
        em,
        await presenceIn(em, ada, await em.findOneOrFail(Room, { id: lobby })),
        'script',
        later(4000),
        TIMES,
      ),
    );
    await house.as('ada', (em, ada) => expire(em, ada, lobby, later(5000)));
    const [presence] = await house.em().find(Presence, {});
    assert.equal(
      [presence?.lease, presence?.closing, presence?.expiresAt],
      ['script', false, later(4000 + TIMES.script)],
    );
  }),
);

test(
  'in a room whose page closed gives way to another after two seconds, and not before',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await house.as('ada', (em, ada) => close(em, ada, lobby, NOW));
    await refusal(Elsewhere, house.enter('ada', study, { now: later(1999) }));
    await house.enter('ada', study, { now: later(2000) });
    assert.equal(
      [await house.log(lobby), await house.log(study)],
      [['1 entered ada', '2 left ada'], ['1 entered ada']],
    );
  }),
);

test(
  'elsewhere is not touched by a page that closes late',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await house.enter('ada', study, { leave: lobby });
    await house.as('ada', (em, ada) => close(em, ada, lobby, later(1000)));
    assert.is((await house.em().findOneOrFail(Presence, { user: { username: 'ada' } })).closing, false);
  }),
);

test(
  'expires with its lease, with one notice and the reason',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    const check = (now: Date) => house.as('ada', (em, ada) => expire(em, ada, lobby, now));
    await check(later(TIMES.page - 1));
    assert.is(await whereIs(house), 'lobby');
    await Promise.all([check(later(TIMES.page)), check(later(TIMES.page))]);
    assert.equal(await house.log(lobby), ['1 entered ada', '2 left ada']);
    const departure = await house.as('ada', (em, ada) => departureOf(em, ada));
    assert.equal([departure?.why, departure?.told], ['away', false]);
    assert.is(
      (await whyOut(house, lobby)).message,
      'You are no longer in lobby, because nothing was heard from you for some time.',
    );
  }),
);

test(
  'ends by being removed, with the one notice of that and the reason',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    await house.remove('linus', lobby, 'ada');
    assert.is(await whereIs(house), undefined);
    assert.equal(await house.log(lobby), ['1 entered ada', '2 removed linus ada']);
    const departure = await house.as('ada', (em, ada) => departureOf(em, ada));
    assert.equal([departure?.why, departure?.told], ['removed', false]);
    assert.is((await whyOut(house, lobby)).message, 'You were removed from the room lobby.');
  }),
);

test(
  'begins again for whoever was added again, and the removal is forgotten',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    await house.remove('linus', lobby, 'ada');
    await house.add('linus', lobby, 'ada');
    assert.is(await whereIs(house), undefined);
    await house.enter('ada', lobby);
    assert.is(await whereIs(house), 'lobby');
    assert.is(await house.em().count(Departure), 0);
  }),
);

test(
  'elsewhere outlives the removal from a room',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await house.enter('ada', study, { leave: lobby });
    await house.remove('linus', lobby, 'ada');
    assert.is(await whereIs(house), 'study');
    assert.is(await house.em().count(Departure), 0);
  }),
);

test(
  'ends or never begins where one enters and is removed at once',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.join('ada', lobby);
    for (const reason of await thrownBy([house.enter('ada', lobby), house.remove('linus', lobby, 'ada')]))
      assert.instance(reason, Forbidden);
    assert.equal([await whereIs(house), await house.members(lobby)], [undefined, ['linus admin']]);
  }),
);

test(
  'elsewhere outlives the lease in the room that was left',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await house.enter('ada', study, { leave: lobby });
    await house.as('ada', (em, ada) => expire(em, ada, lobby, later(TIMES.page)));
    assert.is(await whereIs(house), 'study');
  }),
);

test(
  'writes its notices after what others wrote meanwhile, even where the room was read before',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    await house.enter('grace', lobby);
    const em = house.em();
    const ada = await em.findOneOrFail(User, { username: 'ada' });
    await presenceOf(em, ada); // knows the room as it is now
    await house.say('grace', lobby, 'one more');
    await em.transactional((inner) => leave(inner, ada, lobby, NOW));
    assert.equal(await house.log(lobby), [
      '1 entered ada',
      '2 entered grace',
      '3 grace: one more',
      '4 left ada',
    ]);
  }),
);

test(
  'of everybody in a room is known by name',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('grace', lobby);
    await house.enter('ada', lobby);
    await house.enter('linus', study);
    assert.equal(await usernamesIn(house.em(), await house.em().findOneOrFail(Room, { id: lobby })), [
      'ada',
      'grace',
    ]);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Departure, departureOf } from '../../server/chat/departure.ts';
import { Forbidden, InAnotherRoom, NotFound, NotInRoom } from '../../server/chat/errors.ts';
import { Membership } from '../../server/chat/membership.ts';
import {
  close,
  expire,
  extend,
  leave,
  Presence,
  presenceOf,
  requirePresence,
  usernamesPresent,
} from '../../server/chat/presence.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { type House, later, NOW, refusal, thrownBy, TIMES, withHouse } from '../support/domain.ts';

const test = suite('presence');

/** Two open rooms that linus created. */
const rooms = async ({ room }: House) => ({
  lobby: await room('linus', 'lobby'),
  study: await room('linus', 'study'),
});
/** The name of the room that ada is in. */
const whereIs = ({ as }: House) => as('ada', async (em, ada) => (await presenceOf(em, ada))?.room.name);
const whyOut = ({ as }: House, room: number) =>
  refusal(
    NotInRoom,
    as('ada', async (em, ada) => requirePresence(em, ada, await em.findOneOrFail(Room, { id: room }))),
  );

test(
  'entering a room begins presence, makes a stranger a member and writes one notice',
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
  'a stranger cannot enter an invite room',
  withHouse(async ({ room, enter, em }) => {
    await refusal(NotFound, enter('ada', await room('linus', 'cellar', 'invite')));
    assert.equal([await em().count(Presence), await em().count(Membership)], [0, 1]);
  }),
);

test(
  'entering the same room again is a sign of life, and writes no second notice',
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
  'entering ten times at once writes one notice',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await Promise.all(Array.from({ length: 10 }, () => house.enter('ada', lobby)));
    assert.equal(await house.log(lobby), ['1 entered ada']);
  }),
);

test(
  'a user who is in one room cannot enter another, and the refusal names both',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    const refused = await refusal(InAnotherRoom, house.enter('ada', study));
    assert.is(refused.message, 'You are in lobby. You can be in one room at a time.');
    assert.equal([refused.pageValues.room.id, refused.pageValues.current.id], [study, lobby]);
    assert.equal([await whereIs(house), await house.log(study)], ['lobby', []]);
    assert.is(await house.em().count(Membership, { room: study, user: { username: 'ada' } }), 0);
  }),
);

test(
  'a user who enters two rooms at once gets into one of them',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    const reasons = await thrownBy([house.enter('ada', lobby), house.enter('ada', study)]);
    assert.is(reasons.length, 1);
    assert.instance(reasons[0], InAnotherRoom);
    assert.is(await house.em().count(Presence), 1);
    assert.is((await house.log(lobby)).length + (await house.log(study)).length, 1);
  }),
);

test(
  'the primary key of presence forbids a second row for a user',
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
  'a user who agrees to leave their room moves to the new one, with a notice in each',
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
  'a user who agreed to leave a different room does not move',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    const hall = await house.room('linus', 'hall');
    await house.enter('ada', lobby);
    await refusal(InAnotherRoom, house.enter('ada', study, { leave: hall }));
    assert.is(await whereIs(house), 'lobby');
  }),
);

test(
  'when two tabs move in opposite directions at once, the user is in one room',
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
  'leaving ends presence, with one notice and the reason',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    const go = (room: number) => house.as('ada', (em, ada) => leave(em, ada, room, NOW));
    await go(study); // ada is not there
    assert.is(await whereIs(house), 'lobby');
    await Promise.all([go(lobby), go(lobby)]);
    assert.is(await whereIs(house), undefined);
    assert.equal(await house.log(lobby), ['1 entered ada', '2 left ada']);
    const why = await whyOut(house, lobby);
    assert.equal([why.why, why.message], ['left', 'You left lobby.']);
  }),
);

test(
  'a member who has not entered has no presence, and learns what to do',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    const why = await whyOut(house, lobby);
    assert.equal([why.why, why.message], ['left', 'You are not in lobby. Enter it to write.']);
  }),
);

test(
  'presence ends when a closing page is not heard again, and the user needs no message',
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
  'presence goes on when a closing page is heard again',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    await house.as('ada', (em, ada) => close(em, ada, lobby, NOW));
    await house.as('ada', async (em, ada) =>
      extend(
        em,
        await requirePresence(em, ada, await em.findOneOrFail(Room, { id: lobby })),
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
  'a user can enter another room two seconds after their page said it was closing, and not before',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await house.as('ada', (em, ada) => close(em, ada, lobby, NOW));
    await refusal(InAnotherRoom, house.enter('ada', study, { now: later(1999) }));
    await house.enter('ada', study, { now: later(2000) });
    assert.equal(
      [await house.log(lobby), await house.log(study)],
      [['1 entered ada', '2 left ada'], ['1 entered ada']],
    );
  }),
);

test(
  'a page of the previous room that closes late does not end presence in the new room',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await house.enter('ada', study, { leave: lobby });
    await house.as('ada', (em, ada) => close(em, ada, lobby, later(1000)));
    assert.is((await house.em().findOneOrFail(Presence, { user: { username: 'ada' } })).closing, false);
  }),
);

test(
  'presence expires with its lease, with one notice and the reason',
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
  'removing a member ends their presence, with one notice and the reason',
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
  'a user who was added again can enter, and the removal is forgotten',
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
  'removing a user from one room does not end their presence in another',
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
  'a user who enters and is removed at the same time is not in the room',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.join('ada', lobby);
    for (const reason of await thrownBy([house.enter('ada', lobby), house.remove('linus', lobby, 'ada')]))
      assert.instance(reason, Forbidden);
    assert.equal([await whereIs(house), await house.members(lobby)], [undefined, ['linus admin']]);
  }),
);

test(
  'the end of a lease in the previous room does not end presence in the new room',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('ada', lobby);
    await house.enter('ada', study, { leave: lobby });
    await house.as('ada', (em, ada) => expire(em, ada, lobby, later(TIMES.page)));
    assert.is(await whereIs(house), 'study');
  }),
);

test(
  'a notice comes after what others wrote meanwhile, even when the room was loaded earlier',
  withHouse(async (house) => {
    const { lobby } = await rooms(house);
    await house.enter('ada', lobby);
    await house.enter('grace', lobby);
    const em = house.em();
    const ada = await em.findOneOrFail(User, { username: 'ada' });
    await presenceOf(em, ada); // loads the room as it is now
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
  'the users in a room are listed by name',
  withHouse(async (house) => {
    const { lobby, study } = await rooms(house);
    await house.enter('grace', lobby);
    await house.enter('ada', lobby);
    await house.enter('linus', study);
    assert.equal(await usernamesPresent(house.em(), await house.em().findOneOrFail(Room, { id: lobby })), [
      'ada',
      'grace',
    ]);
  }),
);

test.run();

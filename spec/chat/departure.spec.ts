import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { deleteRoom } from '../../server/chat/administration.ts';
import {
  deleteDeparture,
  Departure,
  departureOf,
  recordDeparture,
  takeDepartureMessage,
} from '../../server/chat/departure.ts';
import type { DepartureReason } from '../../server/chat/errors.ts';
import { leave } from '../../server/chat/presence.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';

const test = suite('departure');

const record = ({ as }: House, name: string, why: DepartureReason, told = false) =>
  as('ada', (em, ada) => recordDeparture(em, ada, { id: 7, name }, why, { told }));
const tell = ({ as }: House, username = 'ada') => as(username, (em, user) => takeDepartureMessage(em, user));

test(
  'a user sees the message about their departure once, and nobody else sees it',
  withHouse(async (house) => {
    await record(house, 'lobby', 'away');
    assert.is(await tell(house, 'grace'), undefined);
    assert.is(
      await tell(house),
      'You are no longer in lobby, because nothing was heard from you for some time.',
    );
    assert.is(await tell(house), undefined);
  }),
);

test(
  'a departure that the user knows about has no message',
  withHouse(async (house) => {
    await record(house, 'lobby', 'left', true);
    assert.is(await tell(house), undefined);
    assert.is((await house.as('ada', departureOf))?.why, 'left');
  }),
);

test(
  'a user has one departure, the latest',
  withHouse(async (house) => {
    await record(house, 'lobby', 'deleted', true);
    await record(house, 'study', 'removed');
    assert.is(await tell(house), 'You were removed from the room study.');
    assert.is(await house.em().count(Departure), 1);
  }),
);

test(
  'a departure outlives its room, and tells the name the room had',
  withHouse(async (house) => {
    const lobby = await house.room('grace', 'lobby');
    await house.enter('ada', lobby);
    await house.as('grace', (em, grace) => deleteRoom(em, grace, lobby));
    assert.is(await tell(house), 'The room lobby was deleted, with all its messages.');
  }),
);

test(
  'a departure outlives its message, and entering a room deletes it',
  withHouse(async (house) => {
    const lobby = await house.room('grace', 'lobby');
    await record(house, 'study', 'deleted');
    await tell(house);
    assert.is((await house.as('ada', departureOf))?.roomId, 7);
    await house.enter('ada', lobby);
    assert.is(await house.as('ada', departureOf), null);
  }),
);

test(
  'deleting the departure of one user keeps the departures of others',
  withHouse(async (house) => {
    const lobby = await house.room('grace', 'lobby');
    await house.enter('grace', lobby);
    await house.as('grace', (em, grace) => leave(em, grace, lobby, NOW));
    await record(house, 'study', 'away');
    await house.as('grace', deleteDeparture);
    assert.equal(
      [await house.as('grace', departureOf), (await house.as('ada', departureOf))?.why],
      [null, 'away'],
    );
  }),
);

test.run();

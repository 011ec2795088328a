import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  depart,
  Departure,
  departureOf,
  forgetDeparture,
  tellDeparture,
} from '../../server/chat/departure.ts';
import type { Why } from '../../server/chat/errors.ts';
import { leave } from '../../server/chat/presence.ts';
import { deleteRoom } from '../../server/chat/room.ts';
import { NOW, withHouse, type House } from '../support/nouns.ts';

const test = suite('a departure');

const note = ({ as }: House, name: string, why: Why, told = false) =>
  as('ada', (em, ada) => depart(em, ada, { id: 7, name }, why, { told }));
const tell = ({ as }: House, username = 'ada') => as(username, (em, user) => tellDeparture(em, user));

test(
  'is told once, to its person alone',
  withHouse(async (house) => {
    await note(house, 'lobby', 'away');
    assert.is(await tell(house, 'grace'), undefined);
    assert.is(
      await tell(house),
      'You are no longer in lobby, because nothing was heard from you for some time.',
    );
    assert.is(await tell(house), undefined);
  }),
);

test(
  'that its person knows is not told',
  withHouse(async (house) => {
    await note(house, 'lobby', 'left', true);
    assert.is(await tell(house), undefined);
    assert.is((await house.as('ada', departureOf))?.why, 'left');
  }),
);

test(
  'is the latest one',
  withHouse(async (house) => {
    await note(house, 'lobby', 'deleted', true);
    await note(house, 'study', 'removed');
    assert.is(await tell(house), 'You were removed from the room study.');
    assert.is(await house.em().count(Departure), 1);
  }),
);

test(
  'outlives the room, and tells of it by the name it had',
  withHouse(async (house) => {
    const lobby = await house.room('grace', 'lobby');
    await house.enter('ada', lobby);
    await house.as('grace', (em, grace) => deleteRoom(em, grace, lobby));
    assert.is(await tell(house), 'The room lobby was deleted, with all its messages.');
  }),
);

test(
  'is kept after it was told, and forgotten on entering a room, told or not',
  withHouse(async (house) => {
    const lobby = await house.room('grace', 'lobby');
    await note(house, 'study', 'deleted');
    await tell(house);
    assert.is((await house.as('ada', departureOf))?.roomId, 7);
    await house.enter('ada', lobby);
    assert.is(await house.as('ada', departureOf), null);
  }),
);

test(
  "of one person is not forgotten with another's",
  withHouse(async (house) => {
    const lobby = await house.room('grace', 'lobby');
    await house.enter('grace', lobby);
    await house.as('grace', (em, grace) => leave(em, grace, lobby, NOW));
    await note(house, 'study', 'away');
    await house.as('grace', forgetDeparture);
    assert.equal(
      [await house.as('grace', departureOf), (await house.as('ada', departureOf))?.why],
      [null, 'away'],
    );
  }),
);

test.run();

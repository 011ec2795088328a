import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  announcementsIn,
  announcementsOf,
  clearAnnouncementsIn,
  hasChoicesIn,
  saveAnnouncements,
} from '../../server/chat/announcements.ts';
import { Invalid, NotFound } from '../../server/chat/errors.ts';
import { type MemberRoom, roomOfMember } from '../../server/chat/membership.ts';
import {
  clearReadingIn,
  placesOfReading,
  READING_PRESETS,
  readingFor,
  saveReading,
  saveReadingIn,
  saveReadingPreset,
  saveReadingPresetIn,
  USUAL,
} from '../../server/chat/reading.ts';
import { savePreset, saveSaidIn } from '../../server/chat/said.ts';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('what is read');

const inRoom = (
  { as }: House,
  room: number,
  act: (em: EntityManager, memberRoom: MemberRoom) => unknown,
): Promise<void> => as('ada', async (em, ada) => void (await act(em, await roomOfMember(em, ada, room))));
const readIn = (house: House, room: number) =>
  house.as('ada', async (em, ada) => {
    const { membership } = await roomOfMember(em, ada, room);
    return readingFor(ada.announcements ?? null, membership.announcements ?? null);
  });

test(
  'what is read of a message in a room is what was chosen for it, else for all rooms, else the usual',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    assert.is(await readIn(house, lobby), undefined);
    await house.as('ada', (em, ada) => saveReading(em, ada, { 'place-text': '1', 'place-sender': '2' }));
    const all = { parts: ['text', 'sender'], notices: true, own: true };
    assert.equal(await readIn(house, lobby), all);
    await inRoom(house, lobby, (em, room) => saveReadingIn(em, room, { 'place-time': '1', own: 'no' }));
    assert.equal(await readIn(house, lobby), { parts: ['time'], notices: true, own: false });
    await inRoom(house, lobby, (em, room) => saveReadingIn(em, room, placesFor(USUAL)));
    assert.equal(await readIn(house, lobby), { ...USUAL, own: false });
    await inRoom(house, lobby, (em, room) => saveReadingIn(em, room, { ...placesFor(USUAL), own: 'yes' }));
    assert.is(await readIn(house, lobby), undefined, 'as usual, although all rooms are otherwise');
    await inRoom(house, lobby, clearReadingIn);
    assert.equal(await readIn(house, lobby), all);
  }),
);

const placesFor = (reading: typeof USUAL) =>
  Object.fromEntries(
    Object.entries(placesOfReading(reading)).map(([part, place]) => [`place-${part}`, place]),
  );

test(
  'announcements and what is read are chosen apart, and neither undoes the other',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.as('ada', (em, ada) => saveReading(em, ada, { 'place-text': '1' }));
    await house.as('ada', (em, ada) => saveAnnouncements(em, ada, { messages: 'count' }));
    await house.as('ada', (em, ada) => savePreset(em, ada, 'brief'));
    assert.equal((await readIn(house, lobby))?.parts, ['text']);
    await inRoom(house, lobby, (em, room) => saveReadingIn(em, room, { 'place-number': '1' }));
    await inRoom(house, lobby, (_, room) => assert.not(hasChoicesIn(room)));
    await inRoom(house, lobby, (em, room) => saveSaidIn(em, room, { 'place-links': '1', every: '60' }));
    await inRoom(house, lobby, (_, room) => {
      const { parts, every, reading } = announcementsIn(room);
      assert.equal([parts, every, reading?.parts], [['links'], 60, ['number']]);
      assert.ok(hasChoicesIn(room));
    });
    await inRoom(house, lobby, clearAnnouncementsIn);
    assert.equal((await readIn(house, lobby))?.parts, ['number']);
    await inRoom(house, lobby, clearReadingIn);
    await inRoom(house, lobby, (_, { membership }) => assert.is(membership.announcements, null));
  }),
);

test(
  'a preset is what is read in all rooms or in one, and changes nothing that is said',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.as('ada', (em, ada) => savePreset(em, ada, 'brief'));
    await inRoom(house, lobby, (em, room) => saveSaidIn(em, room, { 'place-links': '1' }));
    for (const [name, { choices }] of Object.entries(READING_PRESETS)) {
      await house.as('ada', (em, ada) => saveReadingPreset(em, ada, name));
      assert.equal((await readIn(house, lobby)) ?? USUAL, choices, name);
    }
    await inRoom(house, lobby, (em, room) => saveReadingPresetIn(em, room, 'usual'));
    assert.is(await readIn(house, lobby), undefined, 'as usual, although all rooms are otherwise');
    await inRoom(house, lobby, (_, room) => assert.equal(announcementsIn(room).parts, ['links']));
    await house.as('ada', async (_, ada) => assert.is(announcementsOf(ada).every, 15));
    for (const name of ['', 'constructor', 'Brief']) {
      await refusal(
        NotFound,
        house.as('ada', (em, ada) => saveReadingPreset(em, ada, name)),
      );
      await refusal(
        NotFound,
        inRoom(house, lobby, (em, room) => saveReadingPresetIn(em, room, name)),
      );
    }
  }),
);

test(
  'no part at all, and what is no choice, is refused at its field, and nothing is saved',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const [typed, field] of [
      [{}, 'place-sender'],
      [{ 'place-text': '8' }, 'place-text'],
      [{ 'place-text': '1', own: 'on' }, 'own'],
      [{ 'place-text': '1', notices: 'on' }, 'notices'],
    ] as const) {
      const { problems } = await refusal(
        Invalid,
        house.as('ada', (em, ada) => saveReading(em, ada, typed)),
      );
      assert.equal(Object.keys(problems), [field]);
    }
    assert.is(await readIn(house, lobby), undefined);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import {
  announcementsIn,
  announcementsOf,
  clearAnnouncementsIn,
  DEFAULTS,
  saveAnnouncements,
} from '../../server/chat/announcements.ts';
import { Invalid, NotFound } from '../../server/chat/errors.ts';
import { type MemberRoom, roomOfMember } from '../../server/chat/membership.ts';
import { placesOf, PRESETS, savePreset, savePresetIn, saveSaid, saveSaidIn } from '../../server/chat/said.ts';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('what is said');

const chosen = ({ as }: House) => as('ada', async (_, user) => announcementsOf(user));
const save = ({ as }: House, typed: Record<string, string>) =>
  as('ada', (em, ada) => saveSaid(em, ada, typed));

test(
  'parts are said in the order of their places, and those without a place are not',
  withHouse(async (house) => {
    await save(house, {
      'place-text': '1',
      'place-time': '7',
      'place-sender': '3',
      'place-to': '3',
      every: '30',
    });
    assert.equal(await chosen(house), {
      ...DEFAULTS,
      parts: ['text', 'sender', 'to', 'time'],
      every: 30,
    });
    await save(house, { 'place-sender': '1', every: '', own: 'yes', notices: 'yes' });
    assert.equal(await chosen(house), {
      ...DEFAULTS,
      notices: true,
      parts: ['sender'],
      own: true,
    });
  }),
);

test(
  'what is chosen last holds: another first part or time ends an order of one’s own',
  withHouse(async (house) => {
    await save(house, { 'place-text': '1', every: '5' });
    await house.as('ada', (em, ada) => saveAnnouncements(em, ada, { messages: 'mentions', first: 'sender' }));
    assert.equal((await chosen(house)).parts, ['text']);
    await house.as('ada', (em, ada) => saveAnnouncements(em, ada, { time: 'yes' }));
    assert.equal(await chosen(house), {
      ...DEFAULTS,
      messages: 'mentions',
      time: true,
      every: 5,
    });
  }),
);

test(
  'a preset replaces all that was chosen, and the usual one is as if nothing was',
  withHouse(async (house) => {
    for (const [name, { choices }] of Object.entries(PRESETS)) {
      await save(house, { 'place-links': '1', every: '60', own: 'yes' });
      await house.as('ada', (em, ada) => savePreset(em, ada, name));
      assert.equal(await chosen(house), choices, name);
    }
    assert.equal(PRESETS.usual.choices, DEFAULTS);
    for (const name of ['', 'constructor', 'Brief'])
      await refusal(
        NotFound,
        house.as('ada', (em, ada) => savePreset(em, ada, name)),
      );
  }),
);

test(
  'a preset for a room is all that is said there, whatever was chosen for all rooms',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await save(house, { 'place-links': '1', every: '60', own: 'yes', notify: 'yes' });
    const inLobby = <T>(act: (em: EntityManager, memberRoom: MemberRoom) => Promise<T> | T) =>
      house.as('ada', async (em, ada) => act(em, await roomOfMember(em, ada, lobby)));
    for (const [name, { choices }] of Object.entries(PRESETS)) {
      await inLobby((em, room) => savePresetIn(em, room, name));
      assert.equal(await inLobby((_, room) => announcementsIn(room)), choices, name);
    }
    await inLobby((em, room) => clearAnnouncementsIn(em, room));
    assert.equal((await inLobby((_, room) => announcementsIn(room))).parts, ['links']);
    await inLobby((em, room) => saveSaidIn(em, room, { 'place-text': '1', every: '', own: 'no' }));
    const { every, own } = await inLobby((_, room) => announcementsIn(room));
    assert.equal([every, own], [undefined, undefined], 'what is left out for a room is not filled');
    await refusal(
      NotFound,
      inLobby((em, room) => savePresetIn(em, room, 'Brief')),
    );
  }),
);

test(
  'no part at all, and what is no choice, is refused at its field, and nothing is saved',
  withHouse(async (house) => {
    for (const [typed, field] of [
      [{}, 'place-sender'],
      [{ 'place-text': '8' }, 'place-text'],
      [{ 'place-text': '1', 'place-time': '__proto__' }, 'place-time'],
      [{ 'place-text': '1', every: '7' }, 'every'],
      [{ 'place-text': '1', own: 'on' }, 'own'],
    ] as const) {
      const { problems } = await refusal(Invalid, save(house, typed));
      assert.equal(Object.keys(problems), [field]);
    }
    assert.equal(await chosen(house), DEFAULTS);
  }),
);

test('the form begins with the places of what is said now', () => {
  const said = (changes: object) =>
    Object.entries(placesOf({ ...DEFAULTS, ...changes }))
      .filter(([, place]) => place)
      .toSorted(([, a], [, b]) => Number(a) - Number(b))
      .map(([part]) => part);
  assert.equal(said({}), ['sender', 'text', 'image']);
  assert.equal(said({ first: 'text', time: true }), ['text', 'image', 'sender', 'time']);
  assert.equal(said({ parts: ['links', 'text'] }), ['links', 'text']);
});

test.run();

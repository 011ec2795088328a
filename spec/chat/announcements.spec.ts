import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  announcementsIn,
  announcementsOf,
  clearAnnouncementsIn,
  DEFAULTS,
  saveAnnouncements,
  saveAnnouncementsIn,
} from '../../server/chat/announcements.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { roomOfMember } from '../../server/chat/membership.ts';
import { refusal, withHouse, type House } from '../support/nouns.ts';

const test = suite('announcements');

const inAll = ({ as }: House, username = 'ada') => as(username, async (_, user) => announcementsOf(user));
const inRoom = ({ as }: House, room: number, username = 'ada') =>
  as(username, async (em, user) => announcementsIn(await roomOfMember(em, user, room)));
const save = ({ as }: House, typed: Record<string, string>) =>
  as('ada', (em, ada) => saveAnnouncements(em, ada, typed));
const saveIn = ({ as }: House, room: number, typed: Record<string, string>) =>
  as('ada', async (em, ada) => saveAnnouncementsIn(em, await roomOfMember(em, ada, room), typed));
const clearIn = ({ as }: House, room: number) =>
  as('ada', async (em, ada) => clearAnnouncementsIn(em, await roomOfMember(em, ada, room)));

test(
  'are at first of every message, its sender first, and of nothing else',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    assert.equal(await inAll(house), DEFAULTS);
    assert.equal(await inRoom(house, lobby), DEFAULTS);
    assert.equal(DEFAULTS, { messages: 'everything', notices: false, first: 'sender', time: false });
  }),
);

test(
  'are kept for all rooms, for that person alone, and what is not sent stays',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.join('grace', lobby);
    await save(house, { messages: 'sender', notices: 'yes' });
    await save(house, { time: 'yes' });
    for (const kept of [await inAll(house), await inRoom(house, lobby)])
      assert.equal(kept, { messages: 'sender', notices: true, first: 'sender', time: true });
    assert.equal([await inAll(house, 'grace'), await inRoom(house, lobby, 'grace')], [DEFAULTS, DEFAULTS]);
  }),
);

test(
  'are those of the room where one has chosen for it, until that is taken back',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await save(house, { time: 'yes' });
    await saveIn(house, lobby, { messages: 'nothing' });
    await save(house, { time: 'no', first: 'text' });
    assert.equal(
      await inRoom(house, lobby),
      { ...DEFAULTS, messages: 'nothing', time: true },
      'as it was when it was chosen',
    );
    assert.equal(await inRoom(house, study), { ...DEFAULTS, first: 'text' });
    await clearIn(house, lobby);
    assert.equal(await inRoom(house, lobby), { ...DEFAULTS, first: 'text' });
  }),
);

for (const [field, values] of Object.entries({
  messages: ['', 'all', 'constructor', 'null'],
  notices: ['', 'true', '__proto__'],
  first: ['time', 'Sender'],
  time: ['on', '\0'],
})) {
  test(
    `refuse for ${field} what is no choice, and then keep nothing else either`,
    withHouse(async (house) => {
      const lobby = await house.room('ada', 'lobby');
      const typed = { messages: 'count', notices: 'yes', first: 'text', time: 'yes' };
      for (const value of values) {
        for (const act of [
          save(house, { ...typed, [field]: value }),
          saveIn(house, lobby, { ...typed, [field]: value }),
        ]) {
          const { problems } = await refusal(Invalid, act);
          assert.equal(Object.keys(problems), [field], value);
        }
      }
      assert.equal([await inAll(house), await inRoom(house, lobby)], [DEFAULTS, DEFAULTS]);
    }),
  );
}

test.run();

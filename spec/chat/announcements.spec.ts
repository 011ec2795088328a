import { suite } from '../support/suite.ts';
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
import { type House, refusal, withHouse } from '../support/domain.ts';

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
  'by default every message is announced, its sender first, and no notice or time',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    assert.equal(await inAll(house), DEFAULTS);
    assert.equal(await inRoom(house, lobby), DEFAULTS);
    assert.equal(DEFAULTS, { messages: 'everything', notices: false, first: 'sender', time: false });
  }),
);

test(
  'announcement settings hold in all rooms, for their user alone, and a field that is not sent stays as it was',
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
  'announcement settings of a room win over those for all rooms until the user clears them',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await save(house, { time: 'yes' });
    await saveIn(house, lobby, { messages: 'nothing' });
    await save(house, { time: 'no', first: 'text' });
    assert.equal(
      await inRoom(house, lobby),
      { ...DEFAULTS, messages: 'nothing', time: true },
      'with the other settings of that time',
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
    `an invalid choice for ${field} is refused, and nothing else of that form is saved`,
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

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  announcementsIn,
  announcementsOf,
  DEFAULTS,
  saveAnnouncements,
  saveAnnouncementsIn,
} from '../../server/chat/announcements.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { roomOfMember } from '../../server/chat/membership.ts';
import { savePreset } from '../../server/chat/said.ts';
import { saveSound } from '../../server/chat/sound.ts';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('choices of sounds');

const chosen = ({ as }: House) => as('ada', async (_, user) => announcementsOf(user));
const save = ({ as }: House, typed: Record<string, string>) =>
  as('ada', (em, ada) => saveSound(em, ada, typed));
const SHARP = {
  set: 'sharp',
  loudness: '3',
  'event-mention': 'yes',
  'event-trouble': 'yes',
  'event-x': 'yes',
};

test(
  'sounds are off until a set is chosen, and again after none is',
  withHouse(async (house) => {
    assert.is((await chosen(house)).sound, undefined);
    await save(house, SHARP);
    const sound = { set: 'sharp', events: ['mention', 'trouble'], loudness: 3 };
    assert.equal(await chosen(house), { ...DEFAULTS, sound });
    await save(house, { ...SHARP, instead: 'yes' });
    assert.equal((await chosen(house)).sound, { ...sound, instead: true });
    await save(house, { ...SHARP, set: '' });
    assert.equal(await chosen(house), DEFAULTS);
  }),
);

test(
  'sounds stay with other choices for announcements, and are the same in all rooms',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await save(house, SHARP);
    await house.as('ada', (em, ada) => saveAnnouncements(em, ada, { messages: 'count' }));
    await house.as('ada', (em, ada) => savePreset(em, ada, 'brief'));
    assert.is((await chosen(house)).sound!.set, 'sharp');
    const inLobby = () => house.as('ada', (em, ada) => roomOfMember(em, ada, lobby));
    await house.as('ada', async (em, ada) =>
      saveAnnouncementsIn(em, await roomOfMember(em, ada, lobby), { time: 'yes' }),
    );
    await save(house, { ...SHARP, set: 'soft' });
    assert.is(announcementsIn(await inLobby()).sound!.set, 'soft');
  }),
);

test(
  'what is no choice is refused at its field, and nothing is saved',
  withHouse(async (house) => {
    for (const [typed, field] of [
      [{ set: 'constructor' }, 'set'],
      [{ set: 'soft', loudness: '4' }, 'loudness'],
      [{ set: 'soft', instead: 'on' }, 'instead'],
    ] as const) {
      const { problems } = await refusal(Invalid, save(house, typed));
      assert.equal(Object.keys(problems), [field]);
    }
    assert.equal(await chosen(house), DEFAULTS);
  }),
);

test.run();

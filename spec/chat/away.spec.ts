import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Away, awayChoices, DEFAULTS, ensureAway, stopMails, toldOfRoom } from '../../server/chat/away.ts';
import { saveAwayIn } from '../../server/chat/away-choices.ts';
import { roomOfMember } from '../../server/chat/membership.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('choices for while one is away');

test(
  'who has chosen nothing has the usual choices, and is told nothing before an address is confirmed',
  withHouse(async (house) => {
    const reader = await house.reader();
    const ada = await house.id('ada');
    assert.equal(await awayChoices(reader, ada), DEFAULTS);
    await ensureAway(house.em(), { id: ada, zone: 'Asia/Tokyo' });
    await ensureAway(house.em(), { id: ada, zone: null });
    assert.equal(await awayChoices(reader, ada), { ...DEFAULTS, zone: 'Asia/Tokyo' });
  }),
);

test(
  'the key in a mail ends the mails of its user alone, however often it is used',
  withHouse(async (house) => {
    for (const username of ['ada', 'grace'])
      await ensureAway(house.em(), { id: await house.id(username), zone: null });
    const [own] = await house.em().find(Away, { user: await house.id('ada') });
    for (let time = 0; time < 2; time += 1) assert.ok(await stopMails(house.em(), own!.stopKey));
    assert.not.ok(await stopMails(house.em(), 'another key'));
    const mail = async (username: string) =>
      (await awayChoices(await house.reader(), await house.id(username))).mail;
    assert.equal([await mail('ada'), await mail('grace')], ['never', 'soon']);
  }),
);

test(
  'a room has a choice of its own, or none',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    const told = async () => toldOfRoom(await house.reader(), await house.id('ada'), lobby);
    assert.is(await told(), undefined);
    for (const what of ['all', 'nothing']) {
      await house.as('ada', async (em, ada) => saveAwayIn(em, await roomOfMember(em, ada, lobby), { what }));
      assert.is(await told(), what);
    }
  }),
);

test.run();

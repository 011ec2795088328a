import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { setAwayMessage } from '../../server/chat/away-message.ts';
import { Invalid } from '../../server/chat/errors.ts';
import { presentNames } from '../../server/chat/room-details.ts';
import { type House, refusal, withHouse } from '../support/domain.ts';

const test = suite('away message');

const set = ({ as }: House, text: string) => as('ada', (em, ada) => setAwayMessage(em, ada, text));

test(
  'an away message stands beside a name in a room, until it is empty; who blocked its author sees none',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    for (const username of ['ada', 'grace']) await house.enter(username, lobby);
    const present = async (...blocked: number[]) =>
      presentNames(await house.reader(), lobby, new Set(blocked));
    await set(house, '  brb, tea ');
    assert.equal(await present(), { names: ['ada', 'grace'], away: ['brb, tea', ''], others: 0 });
    assert.equal((await present(await house.id('ada'))).away, ['', '']);
    await set(house, ' ');
    assert.equal((await present()).away, ['', '']);
  }),
);

test(
  'an away message is one line of at most 80 characters that can be seen',
  withHouse(async (house) => {
    await set(house, '𝒳'.repeat(80));
    for (const wrong of ['x'.repeat(81), 'a\nb', 'a\u2028b', '\u200B', 'a\0b', '\u2800', 'a\u009Bb'])
      await refusal(Invalid, set(house, wrong));
  }),
);

test.run();

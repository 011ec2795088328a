import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Away } from '../../server/chat/away.ts';
import { Due, Telling } from '../../server/chat/due.ts';
import { spreadNews } from '../../server/chat/due.ts';
import { Membership } from '../../server/chat/membership.ts';
import { takeNotification } from '../../server/chat/notification.ts';
import { release } from '../../server/chat/telling.ts';
import { User } from '../../server/chat/user.ts';
import { claimed, said, toldSeqs } from '../support/away.ts';
import { type House, later, NOW, withHouse } from '../support/domain.ts';

const test = suite('notifications of the browser');

const MINUTE_MS = 60_000;

/** Grace has chosen this. */
const choose = async (house: House, choices: Partial<Away>) =>
  house.em().nativeUpdate(Away, { user: await house.id('grace') }, { browser: true, ...choices });
/** What a page of grace's takes, as the seqs of each room. */
async function taken(house: House, minutes = 0): Promise<number[][]> {
  const grace = await house.em().findOneOrFail(User, { username: 'grace' });
  const rooms = await takeNotification(house.em(), await house.reader(), grace, later(minutes * MINUTE_MS));
  return rooms.map(({ messages }) => messages.map(({ seq }) => seq));
}
const rows = async ({ em }: House) => [await em().count(Due), await em().count(Telling)];

test(
  'of many pages that ask at once, one gets what waits, and no mail tells it again',
  withHouse(async (house) => {
    await said(house, ['one @grace', 'two', 'three @grace']);
    await choose(house, {});
    const all = await Promise.all(Array.from({ length: 6 }, () => taken(house)));
    assert.equal(
      all.filter((rooms) => rooms.length > 0),
      [[[2, 4]]],
    );
    assert.equal(await rows(house), [0, 0]);
    assert.is(await claimed(house, 15), undefined);
  }),
);

const NOTHING: [when: string, choices: Partial<Away>][] = [
  ['that chose no notifications', { browser: false }],
  ['in quiet hours', { quietFrom: NOW.getUTCHours(), quietUntil: (NOW.getUTCHours() + 1) % 24 }],
];
for (const [when, choices] of NOTHING)
  test(
    `a page takes nothing for a user ${when}, and the mail tells it`,
    withHouse(async (house) => {
      await said(house);
      await choose(house, choices);
      assert.equal(await taken(house), []);
      assert.equal(await rows(house), [1, 1]);
      assert.ok((await claimed(house, 15)) ?? (await claimed(house, 60)));
    }),
  );

test(
  'what was read meanwhile, and what is being sent by another way, is not told by a page',
  withHouse(async (house) => {
    const lobby = await said(house, ['one @grace', 'two @grace']);
    await choose(house, {});
    const user = await house.id('grace');
    await house.em().nativeUpdate(Membership, { room: lobby, user }, { readSeq: 2 });
    const mail = (await claimed(house, 15))!;
    assert.equal(await toldSeqs(house, mail), [[3]]);
    await house.say('ada', lobby, 'three @grace');
    await spreadNews(house.em());
    assert.equal(await taken(house), [], 'the mail that is under way comes first');
    await release(house.em(), mail, { now: NOW, failure: 'refused', mayHaveArrived: false });
    assert.equal(await taken(house), [[3, 4]]);
    assert.equal(await rows(house), [0, 0]);
  }),
);

test(
  'what no other way tells is kept for a page for a day',
  withHouse(async (house) => {
    const lobby = await said(house);
    await choose(house, { mail: 'never' });
    assert.is(await claimed(house, 15), undefined);
    assert.equal(await rows(house), [1, 1]);
    assert.equal(await taken(house, 23 * 60), [[2]]);
    await house.say('ada', lobby, 'again @grace');
    await spreadNews(house.em());
    assert.is(await claimed(house, 15), undefined);
    assert.is(await claimed(house, 24 * 60), undefined);
    assert.equal(await rows(house), [0, 0]);
  }),
);

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Due, Telling } from '../../server/chat/due.ts';
import { claim, finish, release, usersToTell } from '../../server/chat/telling.ts';
import { spreadNews } from '../../server/chat/due.ts';
import { claimed, said, toldSeqs, WAYS } from '../support/away.ts';
import { later, withHouse } from '../support/domain.ts';

const test = suite('telling a user');

const MINUTE_MS = 60_000;

test(
  'of many processes that look at the same time, one takes it upon itself',
  withHouse(async (house) => {
    await said(house);
    const now = later(15 * MINUTE_MS);
    const [user] = await usersToTell(house.em(), now);
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => claim(house.em(), user!, { now, ways: WAYS, newId: () => 'an id' })),
    );
    assert.is(claims.filter(Boolean).length, 1);
    assert.equal(await usersToTell(house.em(), now), []);
  }),
);

test(
  'where a process was killed while it was sending, another sends the same under the same Message-ID',
  withHouse(async (house) => {
    const lobby = await said(house);
    const first = (await claimed(house, 15))!;
    await house.say('ada', lobby, 'again @grace');
    await spreadNews(house.em());
    assert.is(await claimed(house, 16), undefined);
    const second = (await claimed(house, 21))!;
    assert.is(second.messageId, first.messageId);
    assert.equal(await toldSeqs(house, second), [[2]]);
    await finish(house.em(), second, { now: later(21 * MINUTE_MS), isSent: true });
    const [due] = await house.em().find(Due, {});
    assert.equal([due!.fromSeq, due!.untilSeq, due!.tryingUntil], [3, 3, null]);
    const third = (await claimed(house, 36)) ?? (await claimed(house, 36))!; // the first look sets the next
    assert.is.not(third.messageId, first.messageId);
    assert.equal(await toldSeqs(house, third), [[3]]);
  }),
);

test(
  'a process that was thought dead cannot undo what another has noted since',
  withHouse(async (house) => {
    await said(house);
    const late = (await claimed(house, 15))!;
    const next = (await claimed(house, 21))!;
    const now = later(22 * MINUTE_MS);
    await release(house.em(), late, { now, failure: 'no answer', mayHaveArrived: false });
    await finish(house.em(), late, { now, isSent: true });
    assert.is(await house.em().count(Due), 1);
    await finish(house.em(), next, { now, isSent: true });
    assert.equal([await house.em().count(Due), await house.em().count(Telling)], [0, 0]);
  }),
);

test(
  'what was refused is tried again after a pause that doubles, with what has come since',
  withHouse(async (house) => {
    const lobby = await said(house);
    const refused = { failure: 'no answer', mayHaveArrived: false };
    await release(house.em(), (await claimed(house, 15))!, { now: later(15 * MINUTE_MS), ...refused });
    await house.say('ada', lobby, 'again @grace');
    await spreadNews(house.em());
    const second = (await claimed(house, 16))!;
    assert.equal(await toldSeqs(house, second), [[2, 3]]);
    await release(house.em(), second, { now: later(16 * MINUTE_MS), ...refused });
    assert.is(await claimed(house, 17), undefined);
    assert.ok(await claimed(house, 18));
  }),
);

test(
  'without a way that the server has, nothing stays due',
  withHouse(async (house) => {
    await said(house);
    assert.is(await claimed(house, 15, { ...WAYS, mail: false }), undefined);
    assert.equal([await house.em().count(Due), await house.em().count(Telling)], [0, 0]);
  }),
);

test.run();

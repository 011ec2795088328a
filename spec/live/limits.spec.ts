import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Limited } from '../../server/chat/errors.ts';
import { LIMITS } from '../../server/chat/limit.ts';
import { Limits } from '../../server/live/limits.ts';
import { later, NOW, refusal, withHouse } from '../support/nouns.ts';

const test = suite('the limits of a process');

const ADA = { user: { id: 1 }, address: '192.0.2.1', now: NOW };
const HOUR_MS = 3_600_000;
const ROOMS = LIMITS.room.person.times;

const draw = async (limits: Limits, times: number, actor = ADA) => {
  for (let time = 0; time < times; time += 1) await limits.draw('room', actor);
};

test(
  'hold a person to what is allowed, and nobody else',
  withHouse(async ({ em }) => {
    const limits = new Limits(em, true);
    await draw(limits, ROOMS);
    const refused = await refusal(Limited, draw(limits, 1));
    assert.is(refused.retryAfter, LIMITS.room.person.withinMs / ROOMS / 1000);
    await draw(limits, 1, { ...ADA, user: { id: 2 } });
    await limits.draw('search', ADA);
    await draw(limits, 1, { ...ADA, now: later(refused.retryAfter * 1000) });
  }),
);

test(
  'hold an address to what is allowed, over all who come from there',
  withHouse(async ({ em }) => {
    const limits = new Limits(em, true);
    for (let id = 1; id <= 10; id += 1) await draw(limits, ROOMS, { ...ADA, user: { id } });
    await refusal(Limited, draw(limits, 1, { ...ADA, user: { id: 11 } }));
    await draw(limits, 1, { ...ADA, user: { id: 11 }, address: '192.0.2.2' });
  }),
);

test(
  'are as tight where many come at once',
  withHouse(async ({ em }) => {
    const limits = new Limits(em, true);
    const outcomes = await Promise.allSettled(Array.from({ length: ROOMS + 20 }, () => draw(limits, 1)));
    assert.is(outcomes.filter(({ status }) => status === 'fulfilled').length, ROOMS);
  }),
);

test(
  'forgive nothing by a restart',
  withHouse(async ({ em }) => {
    const before = new Limits(em, true);
    await draw(before, ROOMS);
    await before.writeDown(NOW);
    await refusal(Limited, draw(new Limits(em, true), 1));
  }),
);

test(
  'are shared between processes once each has written down',
  withHouse(async ({ em }) => {
    const [one, other] = [new Limits(em, true), new Limits(em, true)];
    await draw(one, ROOMS / 2);
    await draw(other, ROOMS / 2);
    for (const limits of [one, other, one]) await limits.writeDown(NOW);
    await refusal(Limited, draw(one, 1));
    await refusal(Limited, draw(other, 1));
  }),
);

test(
  'count what is drawn while they write down',
  withHouse(async ({ em }) => {
    const limits = new Limits(em, true);
    await draw(limits, ROOMS - 1);
    await Promise.all([limits.writeDown(NOW), draw(limits, 1)]);
    await limits.writeDown(NOW);
    await refusal(Limited, draw(limits, 1));
    await refusal(Limited, draw(new Limits(em, true), 1));
  }),
);

test(
  'tell the true wait where processes have overdrawn together, or the clock is set back',
  withHouse(async ({ em }) => {
    const [one, other] = [new Limits(em, true), new Limits(em, true)];
    for (const limits of [one, other]) await draw(limits, ROOMS);
    for (const limits of [one, other]) await limits.writeDown(NOW);
    for (const now of [NOW, later(-HOUR_MS)]) {
      const { retryAfter } = await refusal(Limited, draw(other, 1, { ...ADA, now }));
      await other.writeDown(now);
      await draw(other, 1, { ...ADA, now: new Date(now.getTime() + retryAfter * 1000) });
    }
  }),
);

test(
  'count nothing where they are switched off',
  withHouse(async ({ em }) => {
    await draw(new Limits(em, false), ROOMS + 1);
  }),
);

test.run();

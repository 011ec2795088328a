import { setTimeout as pause } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { StallWatch } from '../../server/live/stalls.ts';
import { suite } from '../support/suite.ts';

const test = suite('stalls');

test('a stall of the event loop is told at the next tick, once', async () => {
  const stalls: number[] = [];
  const watch = new StallWatch((ms) => stalls.push(ms));
  watch.tick();
  await pause(50);
  const until = performance.now() + 700;
  while (performance.now() < until);
  await pause(50);
  watch.tick();
  assert.is(stalls.length, 1);
  assert.ok(stalls[0]! >= 500);
});

test.run();

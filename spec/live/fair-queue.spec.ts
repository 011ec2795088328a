import { setTimeout as pause } from 'node:timers/promises';
import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { FairQueue, QueueFull } from '../../server/live/fair-queue.ts';

const test = suite('a fair queue');

const BUSY = 'Many people are queueing';

/** A queue whose tasks end when the spec says so, and what has begun, in order. */
function scene(limits = { concurrency: 1, waiting: 4, waitingEach: 3 }) {
  const queue = new FairQueue({ ...limits, busy: BUSY });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const add = (owner: string, name: string) =>
    queue.run(owner, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.push(() => resolve(name)));
    });
  const end = async () => {
    ends.shift()!();
    await new Promise(setImmediate);
  };
  return { queue, begun, add, end };
}

test('the owners of tasks take turns', async () => {
  const { begun, add, end } = scene();
  const all = [add('ada', 'a1'), add('ada', 'a2'), add('ada', 'a3'), add('grace', 'g1')];
  for (let count = 0; count < 4; count += 1) await end();
  assert.equal(begun, ['a1', 'a2', 'g1', 'a3']);
  assert.equal(await Promise.all(all), ['a1', 'a2', 'a3', 'g1']);
});

test('as many tasks as allowed run at once', async () => {
  const { begun, add, end } = scene({ concurrency: 2, waiting: 4, waitingEach: 4 });
  for (const name of ['1', '2', '3', '4']) void add('ada', name);
  assert.equal(begun, ['1', '2']);
  await end();
  assert.equal(begun, ['1', '2', '3']);
});

test('a task is refused where too many wait, of all or of its owner, and says when to come again', async () => {
  const { add, end, queue } = scene();
  void add('ada', 'runs');
  await pause(300);
  await end();
  for (const name of ['a1', 'a2', 'a3', 'a4']) void add('ada', name);
  const refusal = await add('ada', 'a5').catch((error: unknown) => error);
  assert.ok(refusal instanceof QueueFull && refusal.retryAfterMs > 0);
  assert.match(
    refusal.message,
    /^Many people are queueing at the moment\. Wait \d seconds?, then try again\.$/,
  );
  void add('grace', 'g1');
  assert.is(queue.waiting, 4);
  assert.instance(await add('linus', 'l1').catch((error: unknown) => error), QueueFull);
});

test('no task is refused that would wait for less than a moment', async () => {
  const { add, end, queue } = scene();
  void add('ada', 'runs');
  await end();
  for (let count = 0; count < 20; count += 1) void add('ada', String(count));
  assert.is(queue.waiting, 19);
});

test('a task that fails lets the next one begin', async () => {
  const queue = new FairQueue({ concurrency: 1, waiting: 2, waitingEach: 2, busy: BUSY });
  const failing = queue.run('ada', async () => {
    await new Promise(setImmediate);
    throw new Error('no');
  });
  const next = queue.run('ada', async () => 'yes');
  assert.is(await failing.catch(() => 'failed'), 'failed');
  assert.is(await next, 'yes');
});

test.run();

import * as assert from 'uvu/assert';
import { WriteLock } from '../../server/database/write-lock.ts';
import { suite } from '../support/suite.ts';

const test = suite('lock for writing');

/** The order in which these took the lock, which was held while they came. A capital is a batch. */
async function orderOf(arrivals: string): Promise<string> {
  const lock = new WriteLock();
  const release = await lock.take();
  let order = '';
  const writers = arrivals.split('').map(async (name) => {
    const done = await lock.take(name < 'a' ? 'first' : 'in order');
    order += name;
    done();
  });
  release();
  await Promise.all(writers);
  return order;
}

test('a batch of messages goes before writers that came earlier', async () => {
  assert.is(await orderOf('abZ'), 'Zab');
});

test('batches never keep another writer waiting for more than one of them', async () => {
  assert.is(await orderOf('XYZab'), 'XaYbZ');
});

test('one writes at a time, and a second release by the same writer lets nobody in', async () => {
  const lock = new WriteLock();
  const first = await lock.take();
  let writing = 0;
  const writers = [1, 2].map(async () => {
    const release = await lock.take();
    writing += 1;
    return release;
  });
  first();
  first();
  const release = await Promise.race(writers);
  await Promise.resolve();
  assert.is(writing, 1);
  release();
  await Promise.all(writers);
  assert.is(writing, 2);
});

test.run();

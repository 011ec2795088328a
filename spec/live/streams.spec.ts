import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Streams, TooManyStreams } from '../../server/live/streams.ts';
import { refusal } from '../support/domain.ts';

const test = suite('streams');

const [ADA, GRACE, LINUS, ALAN] = [1, 2, 3, 4];
const PAGE = {
  begin: 'the log',
  more: async () => '',
  end: (why: string) => `The end: ${why}`,
  clock: () => new Date(),
};

test('the server refuses one more stream than it may have open, and allows it once another has ended', async () => {
  const streams = new Streams({ error() {} }, 2);
  const first = streams.open(ADA, PAGE);
  streams.open(LINUS, PAGE);
  await refusal(TooManyStreams, () => streams.open(GRACE, PAGE));
  first.destroy();
  await new Promise((closed) => first.once('close', closed));
  streams.open(GRACE, PAGE);
  streams.close();
});

test('a user with three open streams gets a fourth in place of the oldest, even if all streams are in use', async () => {
  const streams = new Streams({ error() {} }, 3);
  const [oldest] = [1, 2, 3].map(() => streams.open(ADA, PAGE));
  streams.open(ADA, PAGE);
  let text = '';
  for await (const part of oldest!) text += String(part);
  assert.match(text, /The end: You can have 3 live views open at a time, and have opened another\.$/);
  streams.close();
});

test('users with several streams cannot keep a user out who has none', async () => {
  const streams = new Streams({ error() {} }, 4);
  const [first] = [ADA, ADA, ADA, LINUS].map((user) => streams.open(user, PAGE));
  streams.open(GRACE, PAGE);
  let text = '';
  for await (const part of first!) text += String(part);
  assert.match(text, /The end: Many live views are open, and you had several\. The others stay\.$/);
  await refusal(TooManyStreams, () => streams.open(LINUS, PAGE));
  streams.open(ALAN, PAGE);
  await refusal(TooManyStreams, () => streams.open(5, PAGE));
  streams.close();
});

test('a stream ends after its time even if its reader takes nothing, and its place is free', async () => {
  const streams = new Streams({ error() {} }, 1, 100);
  const begin = 'x'.repeat(10_000_000); // more than any buffer holds
  const unread = streams.open(ADA, { ...PAGE, begin });
  await refusal(TooManyStreams, () => streams.open(GRACE, PAGE));
  await new Promise((later) => setTimeout(later, 200));
  assert.not.ok(unread.destroyed);
  streams.open(GRACE, PAGE);
  let text = '';
  for await (const part of unread) text += String(part);
  assert.match(text, /The end: It ends after half an hour\.$/);
  streams.close();
});

test.run();

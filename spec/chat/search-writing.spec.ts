import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { SearchBits, SearchChunk, SearchedRoom, SearchSegment } from '../../server/chat/search-index.ts';
import {
  addToIndex,
  closeSegment,
  forget,
  forgetRoom,
  IndexChanged,
  openSegment,
} from '../../server/chat/search-writing.ts';
import { refusal, withHouse } from '../support/domain.ts';

const test = suite('search writing');

const line = { room: 1, seq: 2, author: 3, at: 1000, has: 0, text: 'the harbour' };

test(
  'an addition and how far the index reaches are stored together, or not at all if another process was faster',
  withHouse(async ({ em, reader }) => {
    const read = await reader();
    await em().insert(SearchedRoom, { room: 1, low: 1, high: 0 });
    const segment = await openSegment(read);
    await addToIndex(em(), segment, { lines: [line], highs: new Map([[1, 2]]) });
    await refusal(IndexChanged, addToIndex(em(), segment, { lines: [line], highs: new Map([[1, 9]]) }));
    assert.is(await em().count(SearchChunk), 1);
    assert.equal(
      (await em().find(SearchedRoom, {})).map(({ room, low, high }) => [room, low, high]),
      [[1, 1, 2]],
    );
    assert.equal(await openSegment(read), { id: 0, oldest: [1], newest: [1] });
  }),
);

test(
  'a segment is closed once, with its bits, and the next one takes what follows',
  withHouse(async ({ em, reader }) => {
    const read = await reader();
    await addToIndex(em(), await openSegment(read), { lines: [line] });
    await closeSegment(em(), read, 0);
    await refusal(IndexChanged, closeSegment(em(), read, 0));
    assert.ok((await em().count(SearchBits)) > 10);
    assert.is(await em().count(SearchSegment, { closed: true }), 1);
    assert.equal(await openSegment(read), { id: 1, oldest: [], newest: [] });
  }),
);

test(
  'messages are forgotten by their room and seq, also in a closed segment, and others stay',
  withHouse(async ({ em, reader }) => {
    const read = await reader();
    await addToIndex(em(), await openSegment(read), {
      lines: [line, { ...line, seq: 3 }, { ...line, room: 2, text: 'other' }],
    });
    await closeSegment(em(), read, 0);
    const texts = async () => (await em().find(SearchChunk, {})).map(({ texts }) => texts);
    await forget(em(), read, 1, (seq) => seq === 2);
    assert.equal(await texts(), ['\nthe harbour\nother']);
    await forgetRoom(em(), read, 1);
    assert.equal(await texts(), ['\n\nother']);
  }),
);

test.run();

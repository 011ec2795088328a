import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { candidatesIn } from '../../server/chat/search-candidates.ts';
import { filtersFor, linesIn, type SearchQuery, type SegmentRow } from '../../server/chat/search-filters.ts';
import { SearchedRoom } from '../../server/chat/search-index.ts';
import { addToIndex, closeSegment, openSegment } from '../../server/chat/search-writing.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('search candidates');

const rooms = (count: number) => new Set(Array.from({ length: count }, (_, index) => index + 1));

test(
  'of a closed segment, only lines are candidates that have the parts of the words and are in one of the rooms',
  withHouse(async ({ em, reader }) => {
    const read = await reader();
    const lines = Array.from({ length: 640 }, (_, index) => ({
      room: index < 320 ? 1 : 100,
      seq: index + 1,
      author: 3,
      at: index * 1000,
      has: 0,
      text: index % 16 === 3 ? 'the harbour' : 'the lighthouse',
    }));
    await em().insert(SearchedRoom, { room: 100, low: 1, high: 640 });
    await addToIndex(em(), await openSegment(read), { lines });
    await closeSegment(em(), read, 0);
    const segments = await read.rows<SegmentRow>('select id, closed, earliest, latest from search_segment');
    const found = async (query: SearchQuery) => {
      const bits = await linesIn(read, await filtersFor(read, query, segments), segments);
      return (await candidatesIn(read, query, 0, bits.get(0), 5)).map(({ id, lines }) => [id, lines]);
    };
    const newestFirst = (from: number) =>
      Array.from({ length: from + 1 }, (_, index) => [from - index, 1 << 3]);
    assert.equal(await found({ words: ['e harb'], rooms: new Set([1]) }), newestFirst(19));
    assert.equal(await found({ words: ['e harb'], rooms: rooms(20) }), newestFirst(19));
    assert.equal(await found({ words: ['e harb'], rooms: new Set([1]), until: 16_000 }), newestFirst(0));
    assert.equal(await found({ words: ['e harp'], rooms: rooms(20) }), []);
  }),
);

test.run();

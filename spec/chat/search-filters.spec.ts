import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { countOf, filtersFor, linesIn, type SegmentRow } from '../../server/chat/search-filters.ts';
import { addToIndex, closeSegment, openSegment } from '../../server/chat/search-writing.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('search filters');

test(
  'those filters come first that leave the fewest lines, and each line that has all words is left',
  withHouse(async ({ em, reader }) => {
    const read = await reader();
    const texts = ['the harbour', 'the lighthouse'];
    const lines = Array.from({ length: 320 }, (_, index) => ({
      room: 1 + (index % 20),
      seq: index + 1,
      author: 3,
      at: index * 1000,
      has: 0,
      text: texts[index % 4 === 0 ? 1 : 0]!,
    }));
    await addToIndex(em(), await openSegment(read), { lines });
    await closeSegment(em(), read, 0);
    const segments = await read.rows<SegmentRow>('select id, closed, earliest, latest from search_segment');
    const query = { words: ['the', 'light'], rooms: new Set([5]), author: 3 };
    const filters = await filtersFor(read, query, segments);
    const shares = filters.map(({ share }) => share);
    assert.equal(
      shares,
      shares.toSorted((one, other) => one - other),
    );
    const bits = (await linesIn(read, filters, segments)).get(0)!;
    const expected = lines.flatMap(({ room, text }, index) =>
      room === 5 && text.includes('light') ? [index] : [],
    );
    for (const line of expected) assert.ok(bits[line >> 5]! & (1 << (line & 31)));
    assert.is(countOf(bits), expected.length);
  }),
);

test.run();

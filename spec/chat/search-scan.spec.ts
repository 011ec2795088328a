import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { Hits, isHit, scanIndex, type SearchQuery } from '../../server/chat/search-scan.ts';
import { HAS } from '../../server/chat/search-index.ts';
import { addToIndex, openSegment } from '../../server/chat/search-writing.ts';
import { withHouse } from '../support/domain.ts';

const test = suite('search scan');

const line = { room: 1, seq: 2, author: 3, at: 1000, has: 1 << HAS.file, text: 'the harbour' };
const query = (changes: Partial<SearchQuery> = {}): SearchQuery => ({
  words: [],
  rooms: new Set([1]),
  ...changes,
});

test('a hit has all words and is in one of the rooms, of the author, between the times, with what was asked for', () => {
  assert.ok(isHit(query(), line));
  assert.ok(isHit(query({ words: ['harb', 'the'], author: 3, since: 1000, until: 1001, has: 'file' }), line));
  for (const changes of [
    { words: ['harb', 'x'] },
    { rooms: new Set([2]) },
    { author: 4 },
    { since: 1001 },
    { until: 1000 },
    { has: 'image' as const },
  ])
    assert.not.ok(isHit(query(changes), line), JSON.stringify(changes));
});

test('only the newest thousand hits are kept, each once, newest first', () => {
  const hits = new Hits();
  for (let number = 0; number < 3000; number += 1) {
    const at = (number * 7919) % 3000;
    hits.add({ room: 1, seq: at, author: 1, at });
    if (at > 2990) hits.add({ room: 1, seq: at, author: 1, at });
  }
  const sorted = hits.sorted().map(({ at }) => at);
  assert.equal(
    sorted,
    Array.from({ length: 1000 }, (_, index) => 2999 - index),
  );
  assert.is(hits.oldest, 2000);
});

test(
  'a scan of the index skips the messages of which it has old texts',
  withHouse(async (house) => {
    const reader = await house.reader();
    await addToIndex(house.em(), await openSegment(reader), { lines: [line, { ...line, seq: 5 }] });
    const seqs = async (changes: Partial<SearchQuery>, skipped?: number) => {
      const hits = new Hits();
      await scanIndex(reader, query(changes), hits, (_, seq) => seq === skipped);
      return hits.sorted().map(({ seq }) => seq);
    };
    assert.equal(await seqs({ words: ['bour'] }), [5, 2]);
    assert.equal(await seqs({ words: ['bour'] }, 5), [2]);
    assert.equal(await seqs({ words: ['bours'] }), []);
  }),
);

test.run();

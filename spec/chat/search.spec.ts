import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { search } from '../../server/chat/search.ts';
import { SearchIndexer } from '../../server/live/search-indexer.ts';
import { SearchBits, SearchSegment } from '../../server/chat/search-index.ts';
import { wordsIn } from '../../server/text/folded.ts';
import { fillRooms, plain, plainWords, query, type Said } from '../support/corpus.ts';
import { type House, withHouse } from '../support/domain.ts';
import { random as randomFrom } from '../support/random.ts';

const test = suite('search');

const MOST = 1000;

/** An indexer that tells nobody. */
const indexerOf = async ({ em, reader }: House) =>
  new SearchIndexer({
    em,
    reader: await reader(),
    log: { info: () => {}, error: () => {} },
  });

/** Runs the indexer until it has nothing left. */
async function indexAll(house: House, ticks = 60): Promise<void> {
  const indexer = await indexerOf(house);
  for (let tick = 0; tick < ticks; tick += 1) await indexer.tick();
}

/** The newest messages with all the words, as `ROOM SEQ`, by looking at every one. */
function fullScan(said: Said[], texts: string[], words: string[]): string[] {
  return said
    .filter((_, index) => words.every((word) => texts[index]!.includes(word)))
    .toSorted((one, other) => other.at - one.at)
    .slice(0, MOST)
    .map(({ room, seq }) => `${room} ${seq}`);
}

async function compare(house: House, said: Said[], queries: number, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const reader = await house.reader();
  const ada = await house.id('ada');
  const texts = said.map(({ body }) => plain(body));
  let hits = 0;
  for (let count = 0; count < queries; count += 1) {
    const typed = query(random, said);
    const words = wordsIn(typed);
    assert.equal(words.toSorted(), [...new Set(plainWords(typed))].toSorted(), typed);
    if (words.length === 0) continue;
    const found = await search(reader, ada, { words });
    assert.is(found.unsearched, undefined);
    const expected = fullScan(said, texts, words);
    assert.equal(
      found.hits.map(({ room, seq }) => `${room} ${seq}`),
      expected,
      typed,
    );
    hits += expected.length;
  }
  assert.ok(hits > queries, 'the queries find something');
}

async function corpus(house: House, count: number): Promise<Said[]> {
  const rooms = await Promise.all(['one', 'two', 'three'].map((name) => house.room('ada', name)));
  const authors = await Promise.all(['ada', 'grace', 'linus'].map((name) => house.id(name)));
  return fillRooms(house.orm, { rooms, authors, count, random: randomFrom(7) });
}

test(
  'the search finds what a full scan finds, in twelve languages, before anything is in the index',
  withHouse(async (house) => {
    await compare(house, await corpus(house, 1200), 80, 11);
  }),
);

test(
  'the search finds what a full scan finds, in the index, in segments with bits and without',
  withHouse(async (house) => {
    const said = await corpus(house, 17_600);
    await indexAll(house);
    const em = house.em();
    assert.is(await em.count(SearchSegment, { closed: true }), 1);
    assert.ok((await em.count(SearchBits)) > 500);
    await compare(house, said, 90, 13);
  }),
);

test.run();

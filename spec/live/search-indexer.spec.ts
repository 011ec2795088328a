import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { describe } from '../../server/chat/attachment.ts';
import { deleteRoom } from '../../server/chat/administration.ts';
import { postMessage } from '../../server/chat/post.ts';
import { SearchChange, SearchChunk, SearchedRoom, LINES } from '../../server/chat/search-index.ts';
import { search } from '../../server/chat/search.ts';
import { SearchIndexer } from '../../server/live/search-indexer.ts';
import { fillRooms } from '../support/corpus.ts';
import { type House, NOW, withHouse } from '../support/domain.ts';
import { random } from '../support/random.ts';

const test = suite('search indexer');

async function indexerOf({ em, reader }: House) {
  const lines: string[] = [];
  const log = {
    info: (line: string) => void lines.push(line),
    error: (error: Error) => void lines.push(error.message),
  };
  return { indexer: new SearchIndexer({ em, reader: await reader(), log }), lines };
}

/** The seqs of what ada finds. */
async function found(house: House, ...words: string[]): Promise<number[]> {
  const { hits } = await search(await house.reader(), await house.id('ada'), { words });
  return hits.map(({ seq }) => seq);
}

/** Whether the index holds a text. */
async function holds({ em }: House, text: string): Promise<boolean> {
  const chunks = await em().find(SearchChunk, {});
  return chunks.some(({ texts }) => texts.includes(text));
}

const range = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

test(
  'the indexer adds messages once they fill a chunk, and a search finds each of them once, before and after',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    const { indexer } = await indexerOf(house);
    for (let number = 2; number <= 40; number += 1) {
      await house.say('ada', lobby, 'the harbour');
      await indexer.tick();
      assert.equal(await found(house, 'harbour'), range(number, 2));
    }
    assert.is(await house.em().count(SearchChunk), Math.floor(39 / LINES));
    assert.equal(
      (await house.em().find(SearchedRoom, {})).map(({ room, low, high }) => [room, low, high]),
      [[lobby, 1, 33]],
    );
  }),
);

test(
  'the indexer reads a long history from the newest to the oldest, tells of it in the log, and another one goes on where it was stopped',
  withHouse(async (house) => {
    const rooms = [await house.room('ada', 'one'), await house.room('ada', 'two')];
    const authors = [await house.id('ada')];
    const said = await fillRooms(house.orm, { rooms, authors, count: 5000, random: random(5) });
    const reader = await house.reader();
    const unsearched = async () => (await search(reader, authors[0]!, { words: ['e'] })).unsearched;
    assert.is((await unsearched())?.getTime(), NOW.getTime() + 4_999_000);
    const first = await indexerOf(house);
    let before = Infinity;
    for (let tick = 0; tick < 3; tick += 1) {
      await first.indexer.tick();
      const reach = (await unsearched())!.getTime();
      assert.ok(reach < before);
      before = reach;
    }
    assert.equal(first.lines.slice(0, 2), [
      'search: 5000 entries are not in the index yet',
      'search: 10 % of the entries are in the index',
    ]);
    const second = await indexerOf(house);
    for (let tick = 0; tick < 12; tick += 1) await second.indexer.tick();
    assert.is(await unsearched(), undefined);
    const [{ count }] = (await house
      .em()
      .execute<{ count: number | string }[]>(
        `select count(*) as count from searched_room where low > 1`,
      )) as [{ count: number | string }];
    assert.is(Number(count), 0);
    const chunks = await house.em().find(SearchChunk, {});
    assert.is(
      chunks.reduce((sum, { texts }) => sum + texts.split('\n').length, 0),
      said.length,
    );
  }),
);

test(
  'the texts of a deleted room leave the index',
  withHouse(async (house) => {
    const [lobby, study] = [await house.room('ada', 'lobby'), await house.room('ada', 'study')];
    await house.enter('ada', lobby);
    for (let number = 0; number < 20; number += 1) await house.say('ada', lobby, 'secret harbour');
    await house.enter('ada', study, { leave: lobby });
    for (let number = 0; number < 20; number += 1) await house.say('ada', study, 'harbour');
    const { indexer } = await indexerOf(house);
    await indexer.tick();
    assert.ok(await holds(house, 'secret'));
    await house.as('ada', (em, ada) => deleteRoom(em, ada, lobby));
    assert.is((await found(house, 'harbour')).length, 20);
    await indexer.tick();
    assert.not.ok(await holds(house, 'secret'));
    assert.is((await found(house, 'harbour')).length, 20);
    assert.equal(
      (await house.em().find(SearchedRoom, {})).map(({ room }) => room),
      [study],
    );
  }),
);

test(
  'a description that is changed later is found by its new words only, before and after the index has them',
  withHouse(async (house) => {
    const lobby = await house.room('ada', 'lobby');
    await house.enter('ada', lobby);
    const attachment = {
      name: 'a',
      type: 'png',
      size: 1,
      width: 1,
      height: 1,
      description: 'a lighthouse',
    } as const;
    await house.as('ada', (em, ada) =>
      postMessage(em, ada, lobby, { body: 'look', key: 'key-of-the-image', attachment }, NOW),
    );
    const talk = async () => {
      for (let number = 0; number < LINES; number += 1) await house.say('ada', lobby, 'hello');
    };
    await talk();
    const { indexer } = await indexerOf(house);
    await indexer.tick();
    assert.ok(await holds(house, 'lighthouse'));
    await house.as('ada', (em, ada) => describe(em, ada, lobby, 2, 'a windmill', NOW));
    assert.equal([await found(house, 'lighthouse'), await found(house, 'look', 'windmill')], [[], [2]]);
    await talk();
    await indexer.tick();
    assert.is(await house.em().count(SearchChange), 0);
    assert.equal([await holds(house, 'lighthouse'), await holds(house, 'windmill')], [false, true]);
    assert.equal([await found(house, 'lighthouse'), await found(house, 'look', 'windmill')], [[], [2]]);
  }),
);

test(
  'two indexers at once add every message once',
  withHouse(async (house) => {
    const rooms = [await house.room('ada', 'one')];
    const said = await fillRooms(house.orm, {
      rooms,
      authors: [await house.id('ada')],
      count: 3000,
      random: random(9),
    });
    const indexers = [await indexerOf(house), await indexerOf(house)];
    for (let tick = 0; tick < 12; tick += 1) await Promise.all(indexers.map(({ indexer }) => indexer.tick()));
    const chunks = await house.em().find(SearchChunk, {});
    assert.is(
      chunks.reduce((sum, { texts }) => sum + texts.split('\n').length, 0),
      said.length,
    );
  }),
);

test.run();

// npm run torture:search [-- QUERIES [SEED]]: compares many searches with a full scan, in twelve languages, on the database of
// DATABASE_URL if that is set (it should be empty), else on one in memory. Exits with 1 at the first difference.
import { createRoom } from '../../server/chat/new-room.ts';
import { search } from '../../server/chat/search.ts';
import { User } from '../../server/chat/user.ts';
import { readerOf } from '../../server/database/connect-live.ts';
import { openDatabase } from '../../server/database/open.ts';
import { SearchIndexer } from '../../server/live/search-indexer.ts';
import { wordsIn } from '../../server/text/folded.ts';
import { fillRooms, plain, query } from '../support/corpus.ts';
import { enrol, NOW } from '../support/domain.ts';
import { random as randomFrom } from '../support/random.ts';

const MESSAGES = 40_000;
const MOST = 1000;
const STEP = 1000;

const [queries = 20_000, seed = 1] = process.argv.slice(2).map(Number);
const orm = await openDatabase(process.env.DATABASE_URL ?? ':memory:');
const em = () => orm.em.fork();
const { id: ada } = await enrol(orm, 'ada');
const rooms: number[] = [];
for (let number = 1; number <= 20; number += 1)
  await em().transactional(async (em) => {
    const user = await em.findOneOrFail(User, { id: ada });
    rooms.push((await createRoom(em, user, { name: `room ${number}`, access: 'open' }, NOW)).id);
  });
const said = await fillRooms(orm, { rooms, authors: [ada], count: MESSAGES, random: randomFrom(seed) });
const reader = await readerOf(orm);
const indexer = new SearchIndexer({
  em,
  reader,
  log: { info: (line) => console.log(line), error: (error) => console.error(error) },
});
for (let left = MESSAGES; left > 0; left -= 400) await indexer.tick();

const texts = said.map(({ body }) => plain(body));
const random = randomFrom(seed + 1);
const begun = performance.now();
let hits = 0;
for (let count = 1; count <= queries; count += 1) {
  const typed = query(random, said);
  const words = wordsIn(typed);
  if (words.length === 0) continue;
  const expected = said
    .filter((_, index) => words.every((word) => texts[index]!.includes(word)))
    .toReversed()
    .slice(0, MOST);
  const found = await search(reader, ada, { words });
  const [one, other] = [found.hits, expected].map((list) =>
    list.map(({ room, seq }) => `${room} ${seq}`).join(),
  );
  if (one !== other) {
    console.error(
      `“${typed}” finds ${found.hits.length} messages, where a full scan finds ${expected.length}.`,
    );
    process.exit(1);
  }
  hits += expected.length;
  if (count % STEP === 0) console.log(`${count} searches, ${hits} hits, no difference`);
}
console.log(
  `${queries} searches found what a full scan finds: ${hits} hits in ${Math.round((performance.now() - begun) / 1000)} s, seed ${seed}.`,
);
await orm.close();
process.exit(0);

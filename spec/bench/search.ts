import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Reader } from '../../server/chat/reader.ts';
import { search } from '../../server/chat/search.ts';
import { readerOf } from '../../server/database/connect-live.ts';
import { openDatabase } from '../../server/database/open.ts';
import { wordsIn } from '../../server/text/folded.ts';
import { cut } from '../support/corpus.ts';
import { random as randomFrom } from '../support/random.ts';
import { inTurns, load, percentile, round } from './measure.ts';
import { Contender } from './process.ts';
import { buildIndex, copyIndex, fillSearch } from './search-world.ts';
import { talk } from './talk.ts';
import { type BenchRoom, counts, fill, KEY, SESSIONS } from './world.ts';

type AddRow = (what: string, measured: string, ratio?: string, goal?: string) => void;

const ENTRIES = 1_000_000;
const TIMES = 10;
/** Different texts that are posted. */
const TEXTS = 5000;
/** Long beside the seconds in which a server settles, which count too. */
const POST_SECONDS = 15;
const POST_ROUNDS = 2;
const QUERIES = 100;
/** Searches that the run names. */
const SLOWEST = 10;
const COMMON = [
  'the',
  'a',
  'of',
  'and',
  'is',
  'in',
  'to',
  'that',
  'it',
  'for',
  'with',
  'who',
  'same',
  'page',
];
const ALL = 1;
const ONE = 2;

/** What people type, from a text that was said. */
const KINDS: Record<string, (random: () => number, body: string) => string> = {
  'a part of a word': (random, body) => cut(random, pick(random, body.split(/\s+/)), 2, 8),
  'two letters': (random) => pick(random, ['th', 'he', 'in', 'er', 'an', 're', 'qx', 'zq', 'jv']),
  'a common word': (random) => pick(random, COMMON),
  'several common words': (random) =>
    Array.from({ length: 2 + Math.floor(random() * 4) }, () => pick(random, COMMON)).join(' '),
  'a phrase that was said': (random, body) => {
    const words = body.replaceAll('"', '').split(/\s+/);
    const from = Math.floor(random() * words.length);
    return `"${words.slice(from, from + 2 + Math.floor(random() * 3)).join(' ')}"`;
  },
  'a phrase of common words': (random) =>
    `"${Array.from({ length: 2 + Math.floor(random() * 2) }, () => pick(random, COMMON)).join(' ')}"`,
  'words of one message': (random, body) =>
    Array.from({ length: 3 }, () => pick(random, body.split(/\s+/))).join(' '),
  'what was never said': (random, body) =>
    Array.from(cut(random, body, 3, 9))
      .toReversed()
      .join('')
      .replaceAll('"', ''),
};

const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

/** What the index and searches in it cost, at 1,000,000 messages and at ten times as many. */
export async function benchSearch(folder: string, add: AddRow): Promise<void> {
  await comparePosts(folder, add);
  const file = join(folder, 'search.db');
  await fillSearch(file, ENTRIES);
  const ms = await buildIndex(file);
  add(`index of ${round(ENTRIES)} messages`, `${round((ms / ENTRIES) * 1000)} CPU-µs a message`);
  await searches(file, ENTRIES, add, '20 ms');
  copyIndex(file, TIMES);
  await searches(file, ENTRIES * TIMES, add, '60 ms');
}

/** What posts cost with their index, beside the same posts by a server whose index counts as complete. */
async function comparePosts(folder: string, add: AddRow): Promise<void> {
  const files = ['posts.db', 'indexed-posts.db'].map((name) => join(folder, name)) as [string, string];
  const [room] = (await fill(files[0], [100])) as [BenchRoom];
  copyFileSync(...files);
  const database = new DatabaseSync(files[0]);
  database.exec('update searched_room set high = 2147483647');
  database.close();
  const say = talk(randomFrom(1));
  const texts = Array.from({ length: TEXTS }, say).filter((text) => text.trim() !== '');
  const apps: Contender[] = [];
  for (const file of files)
    apps.push(
      await new Contender('Plainchat', ['server/index.ts'], {
        CHAT_DB: file,
        SESSION_KEYS: KEY,
        RATE_LIMITS: 'off',
      }).ready(),
    );
  try {
    const turns = apps.map((app, index) => () => postsOf(app, files[index]!, room, texts));
    const [without, indexed] = (await inTurns(turns, POST_ROUNDS)).map(([ms]) => ms!);
    add('durable posts, no index', `${round(without!, 0)} CPU-ms a thousand`);
    add(
      'durable posts, with their index',
      `${round(indexed!, 0)} CPU-ms a thousand`,
      `${round(indexed! / without!, 2)} of those without`,
      '1.15',
    );
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
  }
}

/** CPU time of a thousand posts, and of what the server does after them by itself, in milliseconds. */
async function postsOf(
  app: Contender,
  file: string,
  { readers }: BenchRoom,
  texts: string[],
): Promise<[number]> {
  const before = (await app.settled()).cpu();
  const { done, failed } = await load({
    kind: 'posts',
    base: app.base,
    readers: readers.slice(0, SESSIONS),
    after: { 1: counts(file, 1).last },
    texts,
    seconds: POST_SECONDS,
  });
  if (failed > 0) throw new Error(`${failed} of ${done + failed} posts were refused.`);
  return [(((await app.settled()).cpu() - before) / done) * 1000];
}

async function searches(file: string, entries: number, add: AddRow, goal: string): Promise<void> {
  const bodies = bodiesOf(file);
  const orm = await openDatabase(file);
  const reader = await readerOf(orm);
  const all: Search[] = [];
  for (const [user, who] of [
    [ALL, ''],
    [ONE, ', by who reads 1 of 1,000 rooms'],
  ] as const)
    for (const [kind, typedBy] of Object.entries(KINDS)) {
      const random = randomFrom(1);
      const typed = Array.from({ length: QUERIES }, () => typedBy(random, pick(random, bodies)));
      const { searches, delay } = await searchedFor(reader, user, typed);
      all.push(...searches);
      const times = searches.map(({ ms }) => ms);
      add(
        `${kind}, in ${round(entries)} messages${who}`,
        `p50 ${round(percentile(times, 50))} ms, p99 ${round(percentile(times, 99))} ms`,
        `the loop waited p99 ${round(delay.p99)} ms, at most ${round(delay.most)} ms`,
        goal,
      );
    }
  await orm.close();
  const slowest = all.toSorted((one, other) => other.ms - one.ms).slice(0, SLOWEST);
  console.error(`The slowest searches in ${round(entries)} messages:`);
  for (const { ms, text, hits, user } of slowest)
    console.error(`  ${round(ms)} ms, ${hits} hits, of user ${user}: ${text}`);
}

/** What was said in some messages of the file. */
function bodiesOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('select body from entry where rowid % 997 = 1').all() as { body: string }[];
  database.close();
  return rows.map(({ body }) => body).filter((body) => body.trim() !== '');
}

interface Search {
  user: number;
  text: string;
  hits: number;
  /** CPU time of the thread. */
  ms: number;
}

/** What each search takes, and how long the event loop kept others waiting meanwhile, in milliseconds. */
async function searchedFor(reader: Reader, user: number, typed: string[]) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const searches: Search[] = [];
  delays.enable();
  for (const text of typed) {
    const words = wordsIn(text);
    if (words.length === 0) continue;
    const before = process.threadCpuUsage();
    const { hits } = await search(reader, user, { words });
    const { user: own, system } = process.threadCpuUsage(before);
    searches.push({ user, text, hits: hits.length, ms: (own + system) / 1000 });
    await nextTurn();
  }
  delays.disable();
  return { searches, delay: { p99: delays.percentile(99) / 1e6, most: delays.max / 1e6 } };
}

import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import type { Reader } from '../../server/chat/reader.ts';
import { search } from '../../server/chat/search.ts';
import { readerOf } from '../../server/database/connect-live.ts';
import { openDatabase } from '../../server/database/open.ts';
import { wordsIn } from '../../server/text/folded.ts';
import { cut } from '../support/corpus.ts';
import { random as randomFrom } from '../support/random.ts';
import { cost, inTurns, percentile, round } from './measure.ts';
import { Contender } from './process.ts';
import { buildIndex, copyIndex, fillSearch, indexNews } from './search-world.ts';
import { fill, KEY, SESSIONS } from './world.ts';

type AddRow = (what: string, measured: string, ratio?: string, goal?: string) => void;

const ENTRIES = 1_000_000;
const TIMES = 10;
/** Messages of two segments. */
const NEWS = 32_768;
const QUERIES = 200;
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

/** What the index of what is posted costs, beside what the posts cost, which the index is a part of. */
async function comparePosts(folder: string, add: AddRow): Promise<void> {
  const file = join(folder, 'posts.db');
  const [room] = await fill(file, [100]);
  const app = await new Contender('Plainchat', ['server/index.ts'], {
    CHAT_DB: file,
    SESSION_KEYS: KEY,
    RATE_LIMITS: 'off',
  }).ready();
  await app.settled();
  const { readers } = room!;
  const after = { 1: Number.MAX_SAFE_INTEGER };
  const [[postMs]] = (await inTurns([
    () =>
      cost(app, { kind: 'posts', base: app.base, readers: readers.slice(0, SESSIONS), after, seconds: 5 }),
  ])) as [[number]];
  await app.stop();
  const indexMs = (await indexNews(file, NEWS)) / (NEWS / 1000);
  add('durable posts, with their index', `${round(postMs, 0)} CPU-ms a thousand`);
  add(
    'their index alone',
    `${round(indexMs, 0)} CPU-ms a thousand`,
    `${round(indexMs / (postMs - indexMs), 2)} of the posts without it`,
    '0.15',
  );
}

export async function searches(file: string, entries: number, add: AddRow, goal: string): Promise<void> {
  const bodies = bodiesOf(file);
  const orm = await openDatabase(file);
  const reader = await readerOf(orm);
  for (const [user, who] of [
    [ALL, ''],
    [ONE, ', by who reads 1 of 1,000 rooms'],
  ] as const)
    for (const [kind, typedBy] of Object.entries(KINDS)) {
      const random = randomFrom(1);
      const typed = Array.from({ length: QUERIES }, () => typedBy(random, pick(random, bodies)));
      const { times, stall } = await timesOf(reader, user, typed);
      const [p50, p99] = [percentile(times, 50), percentile(times, 99)];
      add(
        `${kind}, in ${round(entries)} messages${who}`,
        `p50 ${round(p50)} ms, p99 ${round(p99)} ms; in one piece ${round(stall)} ms`,
        '',
        goal,
      );
    }
  await orm.close();
}

/** What was said in some messages of the file. */
function bodiesOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('select body from entry where rowid % 997 = 1').all() as { body: string }[];
  database.close();
  return rows.map(({ body }) => body).filter((body) => body.trim() !== '');
}

/** The time of the thread that each search takes, and the longest that the event loop stood still, in milliseconds. */
async function timesOf(reader: Reader, user: number, typed: string[]) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const times: number[] = [];
  delays.enable();
  for (const text of typed) {
    const words = wordsIn(text);
    if (words.length === 0) continue;
    const before = process.threadCpuUsage();
    await search(reader, user, { words });
    const { user: own, system } = process.threadCpuUsage(before);
    times.push((own + system) / 1000);
  }
  delays.disable();
  return { times, stall: delays.max / 1e6 };
}

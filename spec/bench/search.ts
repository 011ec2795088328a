import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import type { Reader } from '../../server/chat/reader.ts';
import { search } from '../../server/chat/search.ts';
import { readerOf } from '../../server/database/connect-live.ts';
import { openDatabase } from '../../server/database/open.ts';
import { wordsIn } from '../../server/text/folded.ts';
import { cut } from '../support/corpus.ts';
import { random as randomFrom } from '../support/random.ts';
import { percentile, round } from './measure.ts';
import { buildIndex, fillSearch } from './search-world.ts';

type AddRow = (what: string, measured: string, ratio?: string, goal?: string) => void;

const QUERIES = 300;
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

/** What searches cost. @param file is filled first, unless it has been */
export async function benchSearch(file: string, entries: number, add: AddRow, goal: string): Promise<void> {
  await fillSearch(file, entries);
  const ms = await buildIndex(file);
  add(`index of ${round(entries)} messages`, `${round((ms / entries) * 1000)} CPU-µs a message`);
  await searches(file, entries, add, goal);
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
    const found = await search(reader, user, { words });
    const { user: own, system } = process.threadCpuUsage(before);
    times.push((own + system) / 1000);
    if (process.env.SHOW && times.at(-1)! > Number(process.env.SHOW))
      console.error(text, found.hits.length, times.at(-1));
  }
  delays.disable();
  return { times, stall: delays.max / 1e6 };
}

import type { Reader } from './reader.ts';

/** Shared runs that are counted: the page that shows the counts must not grow with what users share. */
const MOST_COUNTED = 500;
/** The screen readers that are counted. Any other name is some text of a user, which no page of ours repeats. */
const READERS = ['Orca', 'NVDA', 'JAWS', 'VoiceOver', 'TalkBack', 'Narrator', 'ChromeVox'];
const VERSION = /^\d[\d.]{0,11}$/;

/** A screen reader with which testers have shared runs. */
export interface CountedReader {
  reader: string;
  /** Empty if the testers gave none. */
  version: string;
  runs: number;
  people: number;
}

const SHARED = `
  select user_id as "user", reader, reader_version as version from run
  where secret > '' and exists (select 1 from run_result where run_id = run.id) limit ${MOST_COUNTED}`;

/** Counts the shared runs that have a result, by screen reader and version, and the people who shared them. */
export async function countSharedReaders(reader: Reader): Promise<CountedReader[]> {
  return countReaders(await reader.rows<SharedRow>(SHARED));
}

export interface SharedRow {
  user: number;
  reader: string;
  version: string;
}

export function countReaders(rows: SharedRow[]): CountedReader[] {
  const counted = new Map<string, CountedReader & { users: Set<number> }>();
  for (const { user, reader: typed, version: given } of rows) {
    const reader = READERS.find((name) => name.toLowerCase() === typed.toLowerCase());
    if (!reader) continue;
    const version = VERSION.test(given) ? given : '';
    const key = `${reader} ${version}`;
    const one = counted.get(key) ?? { reader, version, runs: 0, people: 0, users: new Set() };
    one.users.add(user);
    counted.set(key, { ...one, runs: one.runs + 1, people: one.users.size });
  }
  return [...counted.values()]
    .map(({ reader, version, runs, people }) => ({ reader, version, runs, people }))
    .toSorted((a, b) => a.reader.localeCompare(b.reader) || a.version.localeCompare(b.version));
}

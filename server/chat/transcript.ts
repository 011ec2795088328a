import { setImmediate as nextTurn } from 'node:timers/promises';
import { entryRecords } from './entry-records.ts';
import type { EntryRecord } from './entry.ts';
import { firstSince } from './history.ts';
import type { Reader } from './reader.ts';

/** Entries that one statement reads: at most some 2 MB of text. */
const AT_ONCE = 8;

/** The seqs of the entries from `since` up to, not including, `until`; of all where these are undefined. */
export async function stretchBetween(
  reader: Reader,
  room: { id: number; lastSeq: number },
  { since, until }: { since: Date | undefined; until: Date | undefined },
): Promise<{ first: number; last: number }> {
  const first = since ? await firstSince(reader, room, since) : 1;
  const last = until ? (await firstSince(reader, room, until)) - 1 : room.lastSeq;
  return { first, last };
}

/** An entry with the key of its message. */
export type TranscriptEntry = EntryRecord & { key: string | null };

const KEYS = 'select seq, key from entry where room_id = ? and seq >= ? and seq <= ?';

/** Yields entries in slices, oldest first. Between two slices, other requests are answered; memory holds one. */
export async function* transcriptEntries(
  reader: Reader,
  room: number,
  { first, last }: { first: number; last: number },
): AsyncGenerator<TranscriptEntry[]> {
  for (let from = first; from <= last; from += AT_ONCE) {
    const to = Math.min(from + AT_ONCE - 1, last);
    const records = await entryRecords(reader, room, from, to);
    const keys = await reader.rows<{ seq: number; key: string | null }>(KEYS, room, from, to);
    const bySeq = new Map(keys.map(({ seq, key }) => [seq, key]));
    yield records.map((record) => ({ ...record, key: bySeq.get(record.seq) ?? null }));
    await nextTurn();
  }
}

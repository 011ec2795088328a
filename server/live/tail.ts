import type { KeptBody } from './compression.ts';
import type { EntryRecord } from '../chat/entry.ts';
import { bytesOf, type RenderedEntry, totalBytes } from './rendered-entry.ts';

/** The JSON that answers a poll, and the seq of its last entry. */
export interface PollAnswer extends KeptBody {
  after: number;
}

/** A room, and the end of its log. */
export interface Tail {
  readonly id: number;
  name: string;
  last: number;
  version: number;
  /** The latest entries, without a gap; empty until a poll needs them. */
  entries: RenderedEntry[];
  /** Usernames and descriptions in the entries after `after` were checked at this version. */
  namesChecked: { version: number; after: number };
  /** Later entries that this process has stored, without a gap: they need not be read. */
  stored: EntryRecord[];
  /** What the texts of the two lists take in memory. */
  bytes: { entries: number; stored: number };
  /** Pending while one poll updates `entries`; other polls wait for it. */
  filling: Promise<void> | undefined;
  /** Answers by the last seq that the client has seen. */
  answers: Map<number, PollAnswer>;
}

export const newTail = (id: number, found: { name: string; last: number; version: number }): Tail => ({
  id,
  ...found,
  entries: [],
  namesChecked: { version: NaN, after: 0 },
  stored: [],
  bytes: { entries: 0, stored: 0 },
  filling: undefined,
  answers: new Map(),
});

/** Whether the kept entries reach back to `after`. */
export const isLinked = ({ entries }: Tail, after: number): boolean =>
  entries.length > 0 && after >= entries[0]!.seq - 1;

/** Whether the kept entries include all after `after`, and are current. */
export function isFilled(tail: Tail, after: number): boolean {
  const { entries, last, version, namesChecked } = tail;
  const lastKept = isLinked(tail, after) ? entries.at(-1)!.seq : after;
  return lastKept >= last && namesChecked.version === version && namesChecked.after <= after;
}

export const bytesKept = ({ bytes }: Tail): number => bytes.entries + bytes.stored;

/** Replaces one or both of the lists, and counts only what is replaced: each message comes here. */
export function keepInTail(tail: Tail, { entries, stored }: Partial<Pick<Tail, 'entries' | 'stored'>>): void {
  if (entries) {
    tail.entries = entries;
    tail.bytes.entries = totalBytes(entries);
  }
  if (stored) {
    tail.stored = stored;
    tail.bytes.stored = stored.reduce((sum, { body }) => sum + bytesOf(body), 0);
  }
}

/** An answer of entries ends at this size. The client asks again, with the `after` of the answer. */
export const MOST_BYTES = 2 ** 20;

/** How many of the texts, from the first on, fit into an answer; at least one. @param around what stands around them, in bytes */
export function fitting(texts: string[], around = 500): number {
  let bytes = around;
  const count = texts.findIndex((text) => (bytes += Buffer.byteLength(text) + 1) > MOST_BYTES);
  return count === -1 ? texts.length : Math.max(count, 1);
}

/** The answer with these entries, or with the first of them that fit into `MOST_BYTES`. */
export function pollAnswer({ id, name, last }: Tail, wanted: RenderedEntry[]): PollAnswer {
  const entries = wanted.slice(0, fitting(wanted.map(({ json }) => json)));
  const after = entries.at(-1)?.seq ?? last;
  return {
    after,
    body: Buffer.from(
      `{"room":${id},"name":${JSON.stringify(name)},"after":${after},"entries":[${entries.map(({ json }) => json).join(',')}]}`,
    ),
  };
}

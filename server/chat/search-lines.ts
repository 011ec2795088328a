import { setImmediate as nextTurn } from 'node:timers/promises';
import { folded } from '../text/folded.ts';
import { isImage } from './attachment.ts';
import type { FileType, Kind } from './entry.ts';
import type { Reader } from './reader.ts';
import { hasOf, type Line } from './search-index.ts';

/** Entries that one statement reads. */
const AT_ONCE = 128;
/** Work lets other requests go ahead after this time, in milliseconds. */
const SLICE_MS = 6;

interface EntryRow {
  seq: number;
  kind: Kind;
  author: number;
  at: unknown;
  body: string;
  type: FileType | null;
  description: string | null;
}

const ENTRIES = `
  select e.seq, e.kind, e.author_id as author, e.at, e.body, a.type, a.description
  from entry e left join attachment a on a.room_id = e.room_id and a.seq = e.seq
  where e.room_id = ? and e.seq >= ? and e.seq <= ? order by e.seq`;

/** An entry as the index takes it; without a line if it is a notice. */
export interface LoggedLine {
  seq: number;
  at: number;
  line: Line | undefined;
}

/** Reads entries of a room from its log, oldest first, as the index would have them. @param last at most `first` + 127 */
export async function loggedLines(
  reader: Reader,
  room: number,
  first: number,
  last: number,
): Promise<LoggedLine[]> {
  const rows = await reader.rows<EntryRow>(ENTRIES, room, first, Math.min(last, first + AT_ONCE - 1));
  return rows.map(({ seq, kind, author, at: time, body, type, description }) => {
    const at = reader.time(time);
    if (kind !== 'message') return { seq, at, line: undefined };
    const has = hasOf(body, type, type !== null && isImage(type));
    return {
      seq,
      at,
      line: { room, seq, author, at, has, text: folded(`${body}\n${description ?? ''}`.trim()) },
    };
  });
}

/** Lets other requests go ahead whenever work has gone on for long enough. */
export class Breath {
  #begun = performance.now();

  async take(): Promise<void> {
    if (performance.now() - this.#begun < SLICE_MS) return;
    await nextTurn();
    this.#begun = performance.now();
  }
}

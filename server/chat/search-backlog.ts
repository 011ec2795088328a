import type { Reader } from './reader.ts';
import { Breath, type LoggedLine, loggedLines } from './search-lines.ts';
import type { Addition } from './search-writing.ts';

/** Rooms that one statement reads. */
const ROOMS_AT_ONCE = 500;
/** Entries of a room that are read at once, at most; and fewer if there are many rooms, since all wait in memory with theirs. */
const ENTRIES_AT_ONCE = 32;
const ENTRIES_IN_MEMORY = 16_384;

/** A room whose entries below `low` are not in the index. */
interface Waiting {
  room: number;
  low: number;
  /** What was read of it, the newest last. */
  read: LoggedLine[];
}

const COUNT = 'select count(*) as rooms from searched_room where low > 1';
const ROOMS = `select room, low from searched_room where low > 1 and room > ? order by room limit ${ROOMS_AT_ONCE}`;

/** What was said before there was an index, in all rooms, from the newest to the oldest: so a search reaches back further and further. */
export class Backlog {
  readonly #reader: Reader;
  readonly #entriesAtOnce: number;
  /** Sorted by the time of the newest entry that was read, the newest last. */
  readonly #rooms: Waiting[] = [];
  /** Entries that are left. */
  left = 0;

  private constructor(reader: Reader, rooms: number) {
    this.#reader = reader;
    this.#entriesAtOnce = Math.max(1, Math.min(ENTRIES_AT_ONCE, Math.floor(ENTRIES_IN_MEMORY / rooms)));
  }

  static async load(reader: Reader): Promise<Backlog> {
    const [counted] = await reader.rows<{ rooms: number | string }>(COUNT);
    const backlog = new Backlog(reader, Number(counted!.rooms));
    const breath = new Breath();
    let rows: { room: number; low: number }[];
    let after = 0;
    do {
      rows = await reader.rows(ROOMS, after);
      for (const { room, low } of rows) {
        backlog.left += low - 1;
        await backlog.#put({ room, low, read: [] });
        await breath.take();
      }
      after = rows.at(-1)?.room ?? 0;
    } while (rows.length === ROOMS_AT_ONCE);
    return backlog;
  }

  /** The newest messages that are left, at least `count` where there are as many. */
  async next(count: number): Promise<Addition> {
    const lines: Addition['lines'] = [];
    const lows = new Map<number, number>();
    const breath = new Breath();
    while (lines.length < count) {
      const waiting = this.#rooms.pop();
      if (!waiting) break;
      const { seq, line } = waiting.read.pop()!;
      if (line) lines.push(line);
      this.left -= 1;
      lows.set(waiting.room, seq);
      await this.#put({ ...waiting, low: seq });
      await breath.take();
    }
    return { lines, lows };
  }

  /** Sorts a room in again, unless all of it was taken. */
  async #put(waiting: Waiting): Promise<void> {
    const { room, low } = waiting;
    if (waiting.read.length === 0 && low > 1)
      waiting.read = await loggedLines(this.#reader, room, Math.max(low - this.#entriesAtOnce, 1), low - 1);
    const newest = waiting.read.at(-1);
    if (!newest) return; // or the room was deleted
    this.#rooms.splice(placeOf(this.#rooms, newest.at), 0, waiting);
  }
}

/** Where a room belongs whose newest entry was written at this time. */
function placeOf(rooms: Waiting[], at: number): number {
  let [from, to] = [0, rooms.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (rooms[middle]!.read.at(-1)!.at <= at) from = middle + 1;
    else to = middle;
  }
  return from;
}

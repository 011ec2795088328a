import { firstSince, timeOf } from './history.ts';
import { type Reader, rowOf } from './reader.ts';

/** What was said in a room in some days that follow each other. */
export interface DayCounts {
  /** How many messages were said on each day. */
  counts: number[];
  /** When the last entry ahead of these days was written, and the first one after them. */
  before: Date | undefined;
  after: Date | undefined;
}

const MESSAGES = 'select messages from entry where room_id = ? and seq = ?';

/**
 * Counts the messages of days, by the running counts of the log: the cost does not grow with what was said.
 * @param starts when each day begins, and when the last one ends
 */
export async function countDays(
  reader: Reader,
  room: { id: number; lastSeq: number },
  starts: Date[],
): Promise<DayCounts> {
  const low = await firstSince(reader, room, starts[0]!);
  const high = await firstSince(reader, room, starts.at(-1)!, [low, room.lastSeq + 1]);
  const seqs = [low];
  for (const start of starts.slice(1, -1))
    seqs.push(await firstSince(reader, room, start, [seqs.at(-1)!, high]));
  seqs.push(high);
  const totals: number[] = [];
  for (const [index, seq] of seqs.entries())
    totals.push(seq === seqs[index - 1] ? totals[index - 1]! : await messagesBefore(reader, room.id, seq));
  return {
    counts: totals.slice(1).map((total, index) => total - totals[index]!),
    before: await timeOf(reader, room.id, low - 1),
    after: await timeOf(reader, room.id, high),
  };
}

async function messagesBefore(reader: Reader, room: number, seq: number): Promise<number> {
  const row = await rowOf<{ messages: number }>(reader, MESSAGES, room, seq - 1);
  return row?.messages ?? 0;
}

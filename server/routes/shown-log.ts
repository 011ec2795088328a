import { readingFor } from '../chat/reading.ts';
import { hasMessagesBetween } from '../chat/room-details.ts';
import { mapInSlices } from '../live/slices.ts';
import type { Context } from '../context.ts';
import type { KeptEntry, ShownEntry } from '../live/log-cache.ts';
import { blockedIds, requireViewer } from '../middleware/current-user.ts';
import { readerZone } from '../middleware/render.ts';
import { kindOfReader, type LogReader, showEntry } from '../view/log-reader.ts';
import type { MemberDetails } from './room-access.ts';

/** The HTML of a log on a page, in bytes. An answer ends at 1 MB, of which the rest of the page takes some. */
const MOST_BYTES = 900_000;

/** An entry of a page of the log. */
export interface LogLine extends ShownEntry {
  seq: number;
  /** Whether it is a message of the reader. */
  isOwn: boolean;
}

/** What differs between the pages that show a log. */
interface LogOptions {
  /** The seq of a message that is shown although its author is blocked. */
  unfolded?: number | undefined;
  /** What the reader has chosen for the room, as JSON. */
  announcements?: string | null;
}

/**
 * The entries with the seqs `first` to `last` as the reader of the page sees them, oldest first.
 */
export async function logLines(
  ctx: Context,
  room: number,
  { first, last, ...options }: { first: number; last: number } & LogOptions,
): Promise<LogLine[]> {
  const reader = await logReader(ctx, options);
  const entries = await ctx.logCache.entries(room, Math.max(first, 1), last);
  return mapInSlices(entries, (entry) => lineOf(ctx, entry, reader));
}

/** The entries with these seqs, as `logLines`. */
export async function linesOf(ctx: Context, room: MemberDetails, seqs: number[]): Promise<LogLine[]> {
  const reader = await logReader(ctx, { announcements: room.membership.announcements });
  const lines: LogLine[] = [];
  for (const seq of seqs)
    for (const entry of await ctx.logCache.entries(room.id, seq, seq)) lines.push(lineOf(ctx, entry, reader));
  return lines;
}

function lineOf(ctx: Context, entry: KeptEntry, reader: LogReader): LogLine {
  const { record } = entry;
  const show = () => showEntry(ctx.view, record, reader);
  const isOwn = record.kind === 'message' && record.author.id === reader.id;
  return { seq: record.seq, isOwn, ...ctx.logCache.shown(entry, kindOfReader(record, reader), show) };
}

/** How far a member has been shown the log of a room. */
export function readIn(ctx: Context, { id, membership }: MemberDetails): number {
  return Math.max(membership.readSeq, ctx.readMarkers.unsaved(requireViewer(ctx).id, id));
}

/**
 * Records that a page has shown the entries `first` to `last`, unless it leaves out messages between what
 * was read and `first`: those would be lost among the read ones.
 */
export async function recordShown(
  ctx: Context,
  room: MemberDetails,
  first: number,
  last: number,
): Promise<void> {
  const read = readIn(ctx, room);
  if (last <= read || (await hasMessagesBetween(ctx.reader, room.id, read, first))) return;
  ctx.readMarkers.record(requireViewer(ctx).id, room.id, last);
}

/** As many of the entries as fit on a page: without those at the other end, if there are too many. */
export function fitting(lines: LogLine[], end: 'first' | 'last'): LogLine[] {
  let bytes = 0;
  const fits = (line: LogLine) => (bytes += line.bytes) <= MOST_BYTES;
  if (end === 'last') return lines.slice(lines.findLastIndex((line) => !fits(line)) + 1);
  const cut = lines.findIndex((line) => !fits(line));
  return cut < 0 ? lines : lines.slice(0, cut);
}

async function logReader(ctx: Context, { unfolded, announcements = null }: LogOptions): Promise<LogReader> {
  const { id, username, hourCycle, announcements: all } = requireViewer(ctx);
  return {
    id,
    username,
    hourCycle,
    unfolded,
    reading: readingFor(all, announcements),
    zone: readerZone(ctx),
    blocked: await blockedIds(ctx),
  };
}

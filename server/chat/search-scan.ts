import { slotOf, slotsOf } from '../text/slots.ts';
import { MOST_COUNTED } from './paging.ts';
import { placeholders, type Reader, rowOf } from './reader.ts';
import { bitsOf, CHUNKS, HAS, type Has, type Line, Numbers, SLOTS_IN_ROW, timesOf } from './search-index.ts';
import { Breath } from './search-lines.ts';

/** Chunks that one statement reads. */
const CHUNKS_AT_ONCE = 16;
/** Segments whose bits one statement reads. */
const SEGMENTS_AT_ONCE = 8;
/** A reader of more rooms has their rooms compared line by line. */
const MOST_ROOM_SLOTS = 32;

/** What to search for. */
export interface SearchQuery {
  /** Folded; a message has all of them. */
  words: string[];
  /** The ids of the rooms to search. */
  rooms: ReadonlySet<number>;
  /** The author's id. */
  author?: number | undefined;
  /** In milliseconds since 1970: from `since` up to, not including, `until`. */
  since?: number | undefined;
  until?: number | undefined;
  has?: Has | undefined;
}

/** A message that was found. */
export type Hit = Omit<Line, 'has' | 'text'>;

export const isHit = (query: SearchQuery, line: Omit<Line, 'seq'>): boolean =>
  query.rooms.has(line.room) &&
  (query.author === undefined || line.author === query.author) &&
  line.at >= (query.since ?? -Infinity) &&
  line.at < (query.until ?? Infinity) &&
  (query.has === undefined || (line.has & (1 << HAS[query.has])) !== 0) &&
  query.words.every((word) => line.text.includes(word));

const newerFirst = (one: Hit, other: Hit): number =>
  other.at - one.at || other.room - one.room || other.seq - one.seq;

/** Hits beyond the counted ones that are kept until they are sorted. */
const SPARE = 200;

/** The newest hits, as many as pages can show. */
export class Hits {
  #hits: Hit[] = [];
  /** No hit that is older counts any more, in milliseconds since 1970. */
  oldest = -Infinity;

  add(hit: Hit): void {
    if (hit.at < this.oldest) return;
    this.#hits.push(hit);
    if (this.#hits.length >= MOST_COUNTED + SPARE) this.sorted();
  }

  /** Newest first. */
  sorted(): Hit[] {
    const sorted = this.#hits.toSorted(newerFirst);
    // What came into the index during the search may have been found twice.
    const once = sorted.filter((hit, index) => index === 0 || newerFirst(hit, sorted[index - 1]!) !== 0);
    this.#hits = once.slice(0, MOST_COUNTED);
    if (this.#hits.length === MOST_COUNTED) this.oldest = this.#hits.at(-1)!.at;
    return this.#hits;
  }
}

interface SegmentRow {
  id: number;
  closed: boolean | number;
  /** In seconds. */
  latest: number;
}

const SEGMENTS = 'select id, closed, latest from search_segment order by latest desc, id desc';

/** A chunk that may have hits. */
interface Candidate {
  id: number;
  /** When its newest message was posted, in seconds since 1970. */
  newest: number;
}

/** Finds hits in the index, and adds them. @param isSkipped whether the index has an old text of this message */
export async function scanIndex(
  reader: Reader,
  query: SearchQuery,
  hits: Hits,
  isSkipped: (room: number, seq: number) => boolean,
): Promise<void> {
  const breath = new Breath();
  const segments = await reader.rows<SegmentRow>(SEGMENTS);
  const isPast = (seconds: number) => seconds * 1000 < Math.max(hits.oldest, query.since ?? -Infinity);
  for (let from = 0; from < segments.length; from += SEGMENTS_AT_ONCE) {
    const some = segments.slice(from, from + SEGMENTS_AT_ONCE);
    hits.sorted();
    if (isPast(some[0]!.latest)) return;
    const bits = await bitsIn(reader, query, some);
    for (const { id, latest } of some) {
      hits.sorted();
      if (isPast(latest)) return;
      await breath.take();
      const candidates = await candidatesIn(reader, id, bits.get(id));
      await scanChunks(reader, query, candidates, { hits, breath, isSkipped, isPast });
    }
  }
}

const NEWEST = 'select newest from search_segment where id = ?';

/** The chunks of a segment that may have hits, the newest first. @param bits undefined for all chunks */
async function candidatesIn(reader: Reader, id: number, bits: Uint8Array | undefined): Promise<Candidate[]> {
  if (bits?.every((byte) => byte === 0)) return [];
  const row = await rowOf<{ newest: string }>(reader, NEWEST, id);
  return timesOf(row?.newest ?? '')
    .map((newest, place) => ({ id: id * CHUNKS + place, newest, place }))
    .filter(({ place }) => !bits || (bits[place >> 3]! & (1 << (place & 7))) !== 0)
    .toSorted((one, other) => other.newest - one.newest || other.id - one.id);
}

/** The chunks of each closed segment that may have hits, as bits. An open segment has none, and all its chunks are read. */
async function bitsIn(
  reader: Reader,
  query: SearchQuery,
  segments: SegmentRow[],
): Promise<Map<number, Uint8Array>> {
  const closed = segments.filter(({ closed }) => Boolean(closed)).map(({ id }) => id);
  const all = [
    ...query.words.flatMap(slotsOf),
    ...(query.author === undefined ? [] : [slotOf('author', query.author)]),
    ...(query.has === undefined ? [] : [slotOf('has', HAS[query.has])]),
  ];
  const any = query.rooms.size <= MOST_ROOM_SLOTS ? [...query.rooms].map((room) => slotOf('room', room)) : [];
  if (closed.length === 0 || all.length + any.length === 0) return new Map();
  const wanted = [...new Set([...all, ...any].map((slot) => Math.floor(slot / SLOTS_IN_ROW)))];
  const [ids, places] = [placeholders(closed), placeholders(wanted)];
  const rows = await reader.rows<{ segment: number; place: number; bits: string }>(
    `select segment, place, bits from search_bits where segment in (${ids.marks}) and place in (${places.marks})`,
    ...ids.values,
    ...places.values,
  );
  const found = new Map(rows.map(({ segment, place, bits }) => [`${segment} ${place}`, bits]));
  return new Map(
    closed.map((segment) => {
      const bitsFor = (slot: number) =>
        bitsOf(slot, found.get(`${segment} ${Math.floor(slot / SLOTS_IN_ROW)}`));
      const result = new Uint8Array(CHUNKS / 8).fill(any.length > 0 ? 0 : 255);
      for (const slot of any) for (const [index, byte] of bitsFor(slot).entries()) result[index]! |= byte;
      for (const slot of all) for (const [index, byte] of bitsFor(slot).entries()) result[index]! &= byte;
      return [segment, result];
    }),
  );
}

interface ScanParts {
  hits: Hits;
  breath: Breath;
  isSkipped: (room: number, seq: number) => boolean;
  /** Whether nothing of that time, in seconds, can be among the hits. */
  isPast: (seconds: number) => boolean;
}

async function scanChunks(
  reader: Reader,
  query: SearchQuery,
  candidates: Candidate[],
  { hits, breath, isSkipped, isPast }: ScanParts,
): Promise<void> {
  for (let from = 0; from < candidates.length; from += CHUNKS_AT_ONCE) {
    const some = candidates.slice(from, from + CHUNKS_AT_ONCE);
    if (isPast(some[0]!.newest)) return;
    const { marks, values } = placeholders(some.map(({ id }) => id));
    const rows = await reader.rows<{ texts: string; numbers: string }>(
      `select texts, numbers from search_chunk where id in (${marks})`,
      ...values,
    );
    for (const row of rows) scanChunk(query, row, hits, isSkipped);
    await breath.take();
  }
}

function scanChunk(
  query: SearchQuery,
  { texts, numbers }: { texts: string; numbers: string },
  hits: Hits,
  isSkipped: ScanParts['isSkipped'],
): void {
  if (!query.words.every((word) => texts.includes(word))) return;
  const own = new Numbers(numbers);
  for (const [index, text] of texts.split('\n').entries()) {
    if (!query.words.every((word) => text.includes(word))) continue;
    const hit = { room: own.room(index), seq: own.seq(index), author: own.author(index), at: own.at(index) };
    if (isHit(query, { ...hit, has: own.has(index), text }) && !isSkipped(hit.room, hit.seq)) hits.add(hit);
  }
}

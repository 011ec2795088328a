import { MOST_COUNTED } from './paging.ts';
import { placeholders, type Reader } from './reader.ts';
import { ALL_LINES, type Candidate, candidatesIn } from './search-candidates.ts';
import { filtersFor, linesIn, type SearchQuery, type SegmentRow } from './search-filters.ts';
import { HAS, type Line, numbersAt } from './search-index.ts';
import { Breath } from './search-lines.ts';

/** Chunks that one statement reads. */
const CHUNKS_AT_ONCE = 16;
/** Segments whose bits one statement reads. */
const SEGMENTS_AT_ONCE = 8;

export type { SearchQuery } from './search-filters.ts';

/** A message that was found. */
export type Hit = Omit<Line, 'has' | 'text'>;

export const isHit = (query: SearchQuery, line: Omit<Line, 'seq'>): boolean =>
  fits(query, line) && query.words.every((word) => line.text.includes(word));

/** Whether a message is one of those that are searched, whatever its text. */
const fits = (query: SearchQuery, line: Omit<Line, 'seq' | 'text'>): boolean =>
  query.rooms.has(line.room) &&
  (query.author === undefined || line.author === query.author) &&
  line.at >= (query.since ?? -Infinity) &&
  line.at < (query.until ?? Infinity) &&
  (query.has === undefined || (line.has & (1 << HAS[query.has])) !== 0);

const newerFirst = (one: Hit, other: Hit): number =>
  other.at - one.at || other.room - one.room || other.seq - one.seq;

/** Hits beyond the counted ones that are kept until they are sorted. */
const SPARE = 200;

/** The newest hits, as many as pages can show. */
export class Hits {
  #hits: Hit[] = [];
  #isSorted = true;
  /** No hit that is older counts any more, in milliseconds since 1970. */
  oldest = -Infinity;

  add(hit: Hit): void {
    if (hit.at < this.oldest) return;
    this.#hits.push(hit);
    this.#isSorted = false;
    const most = this.oldest === -Infinity ? MOST_COUNTED : MOST_COUNTED + SPARE;
    if (this.#hits.length >= most) this.sorted();
  }

  /** How many more count before older ones do not. */
  get left(): number {
    return Math.max(MOST_COUNTED - this.#hits.length, 0);
  }

  /** Newest first. */
  sorted(): Hit[] {
    if (this.#isSorted) return this.#hits;
    const sorted = this.#hits.toSorted(newerFirst);
    // What came into the index during the search may have been found twice.
    const once = sorted.filter((hit, index) => index === 0 || newerFirst(hit, sorted[index - 1]!) !== 0);
    this.#hits = once.slice(0, MOST_COUNTED);
    this.#isSorted = true;
    if (this.#hits.length === MOST_COUNTED) this.oldest = this.#hits.at(-1)!.at;
    return this.#hits;
  }
}

const SEGMENTS = 'select id, closed, earliest, latest from search_segment order by latest desc, id desc';

/** Finds hits in the index, and adds them. @param isSkipped whether the index has an old text of this message */
export async function scanIndex(
  reader: Reader,
  query: SearchQuery,
  hits: Hits,
  isSkipped: (room: number, seq: number) => boolean,
): Promise<void> {
  const breath = new Breath();
  const isPast = (seconds: number) => seconds * 1000 < Math.max(hits.oldest, query.since ?? -Infinity);
  const segments = (await reader.rows<SegmentRow>(SEGMENTS)).filter(
    ({ earliest }) => earliest * 1000 < (query.until ?? Infinity),
  );
  const filters = await filtersFor(reader, query, segments);
  for (let from = 0; from < segments.length; from += SEGMENTS_AT_ONCE) {
    const some = segments.slice(from, from + SEGMENTS_AT_ONCE);
    if (isPast(some[0]!.latest)) return;
    const lines = await linesIn(reader, filters, some);
    for (const { id, latest } of some) {
      if (isPast(latest)) return;
      await breath.take();
      const candidates = await candidatesIn(reader, query, id, lines.get(id), hits.left);
      await scanChunks(reader, query, candidates, { hits, breath, isSkipped, isPast });
    }
  }
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
    const rows = await reader.rows<ChunkRow>(
      `select id, texts, numbers from search_chunk where id in (${marks})`,
      ...values,
    );
    const lines = new Map(some.map(({ id, lines }) => [id, lines]));
    for (const row of rows)
      scanChunk(query, row, lines.get(row.id)!, (hit) => !isSkipped(hit.room, hit.seq) && hits.add(hit));
    await breath.take();
  }
}

interface ChunkRow {
  id: number;
  texts: string;
  numbers: string;
}

/** @param lines a bit for each line that may be a hit */
function scanChunk(
  query: SearchQuery,
  { texts, numbers }: ChunkRow,
  lines: number,
  add: (hit: Hit) => void,
): void {
  if (lines === ALL_LINES && !query.words.every((word) => texts.includes(word))) return;
  let begin = 0;
  for (let index = 0; lines >> index !== 0 && begin <= texts.length; index += 1) {
    const end = texts.indexOf('\n', begin);
    const next = end < 0 ? texts.length : end;
    const text = lines & (1 << index) ? texts.slice(begin, next) : undefined;
    begin = next + 1;
    if (text === undefined || !query.words.every((word) => text.includes(word))) continue;
    const { has, ...hit } = numbersAt(numbers, index);
    if (fits(query, { ...hit, has })) add(hit);
  }
}

import { type Reader, rowOf } from './reader.ts';
import type { Bits } from './search-bits.ts';
import { countOf, MOST_ROOM_SLOTS, type SearchQuery } from './search-filters.ts';
import { CHUNKS, LINES, numbersOf } from './search-index.ts';

/** Fewer lines are read, whatever their rooms. */
const FEW_LINES = 16;
export const ALL_LINES = 2 ** LINES - 1;

/** A chunk that may have hits. */
export interface Candidate {
  id: number;
  /** A bit for each of its lines that may be one. */
  lines: number;
  /** When its newest message was posted, in seconds since 1970; `Infinity` if that does not matter. */
  newest: number;
}

const TIMES = 'select oldest, newest from search_segment where id = ?';

/**
 * The chunks of a segment that may have hits, the newest first.
 * @param bits undefined for all lines
 * @param most if fewer lines may be hits, their order does not matter
 */
export async function candidatesIn(
  reader: Reader,
  query: SearchQuery,
  id: number,
  bits: Bits | undefined,
  most: number,
): Promise<Candidate[]> {
  const lines = bits ? new Uint16Array(bits.buffer) : new Uint16Array(CHUNKS).fill(ALL_LINES);
  if (bits && query.rooms.size > MOST_ROOM_SLOTS && countOf(bits) > FEW_LINES)
    await dropOtherRooms(reader, query, id, lines);
  const places: number[] = [];
  for (let place = 0; place < CHUNKS; place += 1) if (lines[place] !== 0) places.push(place);
  const candidate = (place: number, newest: number) => ({
    id: id * CHUNKS + place,
    lines: lines[place]!,
    newest,
  });
  if (places.length === 0 || (bits && query.until === undefined && countOf(bits) < most))
    return places.map((place) => candidate(place, Infinity));
  const row = await rowOf<{ oldest: string; newest: string }>(reader, TIMES, id);
  const [oldest, newest] = [numbersOf(row?.oldest ?? ''), numbersOf(row?.newest ?? '')];
  return places
    .filter((place) => place < newest.length && oldest[place]! * 1000 < (query.until ?? Infinity))
    .map((place) => candidate(place, newest[place]!))
    .toSorted((one, other) => other.newest - one.newest || other.id - one.id);
}

const ROOMS = `
  select s.rooms from search_segment s where s.id = ? and ? < (select max(room) from searched_room)`;

/** Leaves out lines of rooms that are not searched, unless these are most of all rooms. */
async function dropOtherRooms(
  reader: Reader,
  { rooms }: SearchQuery,
  id: number,
  lines: Uint16Array,
): Promise<void> {
  const row = await rowOf<{ rooms: string }>(reader, ROOMS, id, rooms.size * 2);
  if (!row) return;
  const own = numbersOf(row.rooms);
  for (let place = 0; place < lines.length; place += 1)
    for (let line = 0; line < LINES; line += 1)
      if (lines[place]! & (1 << line) && !rooms.has(own[place * LINES + line] ?? 0))
        lines[place]! ^= 1 << line;
}

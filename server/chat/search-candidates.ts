import { slotOf, slotsOf } from '../text/slots.ts';
import { placeholders, type Reader, rowOf } from './reader.ts';
import { type Bits, BitsRow, newBits, placeOf } from './search-bits.ts';
import { CHUNKS, HAS, type Has, LINES, numbersOf } from './search-index.ts';

/** Slots that a search looks at, and of one word. */
const MOST_SLOTS = 12;
const MOST_OF_WORD = 6;
/** A reader of more rooms has the rooms of the lines compared. */
const MOST_ROOM_SLOTS = 8;
/** If fewer chunks are left, they are read, whatever their rooms. */
const FEW_CHUNKS = 8;

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

export interface SegmentRow {
  id: number;
  closed: boolean | number;
  /** In seconds. */
  earliest: number;
  latest: number;
}

export const ALL_LINES = 2 ** LINES - 1;

/** A chunk that may have hits. */
export interface Candidate {
  id: number;
  /** A bit for each of its lines that may be one. */
  lines: number;
  /** When its newest message was posted, in seconds since 1970. */
  newest: number;
}

/** The lines of each closed segment that may be hits. An open segment has none, and all its lines are read. */
export async function linesIn(
  reader: Reader,
  query: SearchQuery,
  segments: SegmentRow[],
): Promise<Map<number, Bits>> {
  const closed = segments.filter(({ closed }) => Boolean(closed)).map(({ id }) => id);
  const [all, any] = [slotsOfAll(query), slotsOfAny(query)];
  if (closed.length === 0 || all.length + any.length === 0) return new Map();
  const [ids, places] = [placeholders(closed), placeholders([...new Set([...all, ...any].map(placeOf))])];
  const rows = await reader.rows<{ segment: number; place: number; bits: string }>(
    `select segment, place, bits from search_bits where segment in (${ids.marks}) and place in (${places.marks})`,
    ...ids.values,
    ...places.values,
  );
  const found = new Map(rows.map(({ segment, place, bits }) => [`${segment} ${place}`, bits]));
  return new Map(
    closed.map((segment) => {
      const rowWith = (slot: number) => new BitsRow(found.get(`${segment} ${placeOf(slot)}`));
      return [segment, linesWith(rowWith, all, any)];
    }),
  );
}

/** Slots that each hit has. */
function slotsOfAll({ words, author, has }: SearchQuery): number[] {
  const most = Math.max(Math.min(Math.floor(MOST_SLOTS / words.length), MOST_OF_WORD), 2);
  const longFirst = words.toSorted((one, other) => other.length - one.length);
  return [
    ...(author === undefined ? [] : [slotOf('author', author)]),
    ...(has === undefined ? [] : [slotOf('has', HAS[has])]),
    ...longFirst.flatMap((word) => slotsOf(word, most)).slice(0, MOST_SLOTS),
  ];
}

/** Slots of which each hit has one; none if there are too many. */
const slotsOfAny = ({ rooms }: SearchQuery): number[] =>
  rooms.size <= MOST_ROOM_SLOTS ? [...rooms].map((room) => slotOf('room', room)) : [];

function linesWith(rowWith: (slot: number) => BitsRow, all: number[], any: number[]): Bits {
  const bits = newBits();
  if (any.length === 0) bits.fill(-1);
  for (const slot of any) rowWith(slot).addTo(bits, slot);
  for (const slot of all) {
    const own = newBits();
    rowWith(slot).addTo(own, slot);
    let left = 0;
    for (let index = 0; index < bits.length; index += 1) left |= bits[index]! &= own[index]!;
    if (left === 0) break;
  }
  return bits;
}

const TIMES = 'select oldest, newest from search_segment where id = ?';

/** The chunks of a segment that may have hits, the newest first. @param bits undefined for all lines */
export async function candidatesIn(
  reader: Reader,
  query: SearchQuery,
  id: number,
  bits: Bits | undefined,
): Promise<Candidate[]> {
  const lines = bits && new Uint16Array(bits.buffer);
  const places = lines
    ? [...lines.keys()].filter((place) => lines[place] !== 0)
    : Array.from({ length: CHUNKS }, (_, place) => place);
  if (places.length === 0) return [];
  if (lines && places.length > FEW_CHUNKS && query.rooms.size > MOST_ROOM_SLOTS)
    await dropOtherRooms(reader, query, id, lines, places);
  const row = await rowOf<{ oldest: string; newest: string }>(reader, TIMES, id);
  const [oldest, newest] = [numbersOf(row?.oldest ?? ''), numbersOf(row?.newest ?? '')];
  return places
    .filter((place) => place < newest.length && lines?.[place] !== 0)
    .filter((place) => oldest[place]! * 1000 < (query.until ?? Infinity))
    .map((place) => ({
      id: id * CHUNKS + place,
      lines: lines?.[place] ?? ALL_LINES,
      newest: newest[place]!,
    }))
    .toSorted((one, other) => other.newest - one.newest || other.id - one.id);
}

const ROOMS = 'select rooms from search_segment where id = ?';

/** Leaves out lines of rooms that are not searched. */
async function dropOtherRooms(
  reader: Reader,
  query: SearchQuery,
  id: number,
  lines: Uint16Array,
  places: number[],
): Promise<void> {
  const row = await rowOf<{ rooms: string }>(reader, ROOMS, id);
  const rooms = numbersOf(row?.rooms ?? '');
  for (const place of places)
    for (let line = 0; line < LINES; line += 1)
      if (!query.rooms.has(rooms[place * LINES + line] ?? 0)) lines[place]! &= ~(1 << line);
}

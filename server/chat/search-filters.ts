import { slotOf, slotsOf } from '../text/slots.ts';
import { placeholders, type Reader } from './reader.ts';
import { type Bits, BitsRow, newBits, rowWith } from './search-bits.ts';
import { HAS, type Has, LINES_IN_SEGMENT } from './search-index.ts';

/** Slots that a search looks at, and of one word. */
const MOST_SLOTS = 12;
const MOST_OF_WORD = 6;
/** A reader of more rooms has the rooms of the lines compared. */
export const MOST_ROOM_SLOTS = 8;
/** To look at a slot of a segment costs as much as to read the chunks of so many lines. */
const LINES_A_SLOT = 2;

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

/** Each hit has one of these slots. */
export interface Filter {
  slots: number[];
  /** The share of the messages that have one, in a segment. */
  share: number;
}

/** What tells of a line that it may be a hit, those filters first that leave the fewest lines: as in the newest closed segment, so in all. */
export async function filtersFor(
  reader: Reader,
  query: SearchQuery,
  segments: SegmentRow[],
): Promise<Filter[]> {
  const newest = segments.find(({ closed }) => Boolean(closed));
  if (!newest) return [];
  const alternatives = [...slotsOfAll(query).map((slot) => [slot]), slotsOfAny(query)];
  const slots = alternatives.flat();
  const found = await rowsWith(reader, [newest.id], slots);
  return alternatives
    .filter(({ length }) => length > 0)
    .map((slots) => {
      const own = newBits();
      for (const slot of slots) new BitsRow(found.get(rowWith(newest.id, slot))).addTo(own, slot);
      return { slots, share: countOf(own) / LINES_IN_SEGMENT };
    })
    .toSorted((one, other) => one.share - other.share);
}

/** Slots that each hit has: what is not the text first, then those of each word in turn. */
function slotsOfAll({ words, author, has }: SearchQuery): number[] {
  const most = Math.max(Math.min(Math.floor(MOST_SLOTS / words.length), MOST_OF_WORD), 2);
  const longFirst = words.toSorted((one, other) => other.length - one.length);
  const ofWords = longFirst.slice(0, MOST_SLOTS).map((word) => slotsOf(word, most));
  const inTurn = Array.from({ length: most }, (_, turn) => ofWords.flatMap((slots) => slots[turn] ?? []));
  return [
    ...(author === undefined ? [] : [slotOf('author', author)]),
    ...(has === undefined ? [] : [slotOf('has', HAS[has])]),
    ...inTurn.flat().slice(0, MOST_SLOTS),
  ];
}

/** Slots of which each hit has one; none if there are too many. */
const slotsOfAny = ({ rooms }: SearchQuery): number[] =>
  rooms.size <= MOST_ROOM_SLOTS ? [...rooms].map((room) => slotOf('room', room)) : [];

/** The lines of each closed segment that may be hits. An open segment has none, and all its lines are read. */
export async function linesIn(
  reader: Reader,
  filters: Filter[],
  segments: SegmentRow[],
): Promise<Map<number, Bits>> {
  if (filters.length === 0) return new Map();
  const closed = segments.filter(({ closed }) => Boolean(closed));
  const found = closed.map(({ id }) => ({ id, bits: newBits().fill(-1), count: LINES_IN_SEGMENT }));
  for (const { slots, share } of filters) {
    const left = found.filter(({ count }) => count * (1 - share) > LINES_A_SLOT * slots.length);
    if (left.length > 0) await keepLines(reader, slots, left);
  }
  return new Map(found.map(({ id, bits }) => [id, bits]));
}

/** Leaves those lines of segments that have one of the slots. */
async function keepLines(
  reader: Reader,
  slots: number[],
  segments: { id: number; bits: Bits; count: number }[],
): Promise<void> {
  const ids = segments.map(({ id }) => id);
  const found = await rowsWith(reader, ids, slots);
  const own = newBits();
  for (const segment of segments) {
    own.fill(0);
    for (const slot of slots) new BitsRow(found.get(rowWith(segment.id, slot))).addTo(own, slot);
    for (let index = 0; index < own.length; index += 1) segment.bits[index]! &= own[index]!;
    segment.count = countOf(segment.bits);
  }
}

/** The rows of bits of these slots, by their ids. */
async function rowsWith(reader: Reader, segments: number[], slots: number[]): Promise<Map<number, string>> {
  const ids = segments.flatMap((id) => slots.map((slot) => rowWith(id, slot)));
  const { marks, values } = placeholders([...new Set(ids)]);
  const rows = await reader.rows<{ id: number; bits: string }>(
    `select id, bits from search_bits where id in (${marks})`,
    ...values,
  );
  return new Map(rows.map(({ id, bits }) => [id, bits]));
}

export function countOf(bits: Bits): number {
  let count = 0;
  for (const word of bits) {
    if (word === 0) continue;
    const pairs = word - ((word >>> 1) & 0x5555_5555);
    const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
    count += Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
  }
  return count;
}

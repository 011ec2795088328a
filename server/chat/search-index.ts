import { defineEntity, p } from '@mikro-orm/core';
import { SLOTS, slotOf, visitSlots } from '../text/slots.ts';
import type { FileType } from './entry.ts';

// The index of the search. Messages lie in chunks of `LINES`, folded, each a line; chunks in segments of
// `CHUNKS`. Once a segment is full it is closed: for each slot of `text/slots.ts` it then has a bit for
// each chunk, so that a search reads only the chunks that may have all its words.
// All of it can be made again from the log.

/** Messages in a full chunk. */
export const LINES = 16;
/** Chunks in a full segment. */
export const CHUNKS = 1024;
/** Slots whose bits are in one row. */
export const SLOTS_IN_ROW = 16;
const BYTES = CHUNKS / 8;

/** What a message has besides its text. */
export const HAS = { image: 1, file: 2, link: 3 } as const;
export type Has = keyof typeof HAS;

/** A message in the index. */
export interface Line {
  room: number;
  seq: number;
  author: number;
  /** In milliseconds since 1970. */
  at: number;
  /** A bit for each number of `HAS`. */
  has: number;
  /** Its text and the description of its attachment, folded; empty once the message is forgotten. */
  text: string;
}

export const SearchChunkSchema = defineEntity({
  name: 'SearchChunk',
  tableName: 'search_chunk',
  properties: {
    /** The segment's id times `CHUNKS`, and its place in the segment. */
    id: p.integer().primary().autoincrement(false),
    /** The folded texts of its messages, a line each. */
    texts: p.text(),
    /** The numbers of its messages, as `packed` writes them. */
    numbers: p.text(),
  },
});
export class SearchChunk extends SearchChunkSchema.class {}
SearchChunkSchema.setClass(SearchChunk);

export const SearchSegmentSchema = defineEntity({
  name: 'SearchSegment',
  tableName: 'search_segment',
  properties: {
    id: p.integer().primary().autoincrement(false),
    chunks: p.integer().default(0),
    /** Whether it has its bits. */
    closed: p.boolean().default(false),
    /** When its newest message was posted, in seconds since 1970, rounded up. */
    latest: p.integer().default(0),
    /** The same for each chunk, as `packedTimes` writes them. */
    newest: p.text(),
  },
});
export class SearchSegment extends SearchSegmentSchema.class {}
SearchSegmentSchema.setClass(SearchSegment);

export const SearchBitsSchema = defineEntity({
  name: 'SearchBits',
  tableName: 'search_bits',
  properties: {
    segment: p.integer().primary(),
    /** The first slot of this row, divided by `SLOTS_IN_ROW`. */
    place: p.integer().primary(),
    /** For each slot the chunks that have it, as `packedSlot` writes them, with commas between. */
    bits: p.text(),
  },
});
/** Bits of a closed segment. A row without any is left out. */
export class SearchBits extends SearchBitsSchema.class {}
SearchBitsSchema.setClass(SearchBits);

export const SearchedRoomSchema = defineEntity({
  name: 'SearchedRoom',
  tableName: 'searched_room',
  properties: {
    /** The room's id. No foreign key: the texts of a deleted room have to be found. */
    room: p.integer().primary().autoincrement(false),
    /** Entries from this seq … */
    low: p.integer(),
    /** … to this one are in the index. */
    high: p.integer(),
  },
});
/** How much of a room's log is in the index. */
export class SearchedRoom extends SearchedRoomSchema.class {}
SearchedRoomSchema.setClass(SearchedRoom);

export const SearchChangeSchema = defineEntity({
  name: 'SearchChange',
  tableName: 'search_change',
  properties: { room: p.integer().primary(), seq: p.integer().primary() },
});
/** A message whose description has changed: the index has an old one. */
export class SearchChange extends SearchChangeSchema.class {}
SearchChangeSchema.setClass(SearchChange);

const NUMBERS = 5;
const NUMBER_BYTES = 8;

/** The numbers of messages as text: 8 bytes each, in base64. */
export function packed(lines: Line[]): string {
  const numbers = Float64Array.from(
    lines.flatMap(({ room, seq, author, at, has }) => [room, seq, author, at, has]),
  );
  return Buffer.from(numbers.buffer).toString('base64');
}

/** What a line has besides its text, by its place. */
export class Numbers {
  readonly #bytes: Buffer;

  constructor(packed: string) {
    this.#bytes = Buffer.from(packed, 'base64');
  }

  room = (line: number): number => this.#number(line, 0);
  seq = (line: number): number => this.#number(line, 1);
  author = (line: number): number => this.#number(line, 2);
  at = (line: number): number => this.#number(line, 3);
  has = (line: number): number => this.#number(line, 4);

  #number(line: number, index: number): number {
    return this.#bytes.readDoubleLE((line * NUMBERS + index) * NUMBER_BYTES);
  }
}

/** Times in seconds as text: 4 bytes each, in base64. */
export const packedTimes = (times: number[]): string =>
  Buffer.from(Uint32Array.from(times).buffer).toString('base64');

export function timesOf(packed: string): number[] {
  const bytes = Buffer.from(packed, 'base64');
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(index * 4));
}

export function linesOf({ texts, numbers }: { texts: string; numbers: string }): Line[] {
  const own = new Numbers(numbers);
  return texts.split('\n').map((text, line) => ({
    room: own.room(line),
    seq: own.seq(line),
    author: own.author(line),
    at: own.at(line),
    has: own.has(line),
    text,
  }));
}

/** The bits of a segment, filled chunk by chunk. */
export class BitTable {
  readonly #bytes = new Uint8Array(SLOTS * BYTES);

  add(chunk: number, lines: Line[]): void {
    const [byte, bit] = [chunk >> 3, 1 << (chunk & 7)];
    const set = (slot: number) => void (this.#bytes[slot * BYTES + byte]! |= bit);
    for (const { room, author, has, text } of lines) {
      visitSlots(text, set);
      set(slotOf('room', room));
      set(slotOf('author', author));
      for (const kind of Object.values(HAS)) if (has & (1 << kind)) set(slotOf('has', kind));
    }
  }

  /** Yields its rows with any bit. */
  *rows(): Generator<{ place: number; bits: string }> {
    for (let place = 0; place < SLOTS / SLOTS_IN_ROW; place += 1) {
      const slots = Array.from({ length: SLOTS_IN_ROW }, (_, index) => {
        const from = (place * SLOTS_IN_ROW + index) * BYTES;
        return packedSlot(this.#bytes.subarray(from, from + BYTES));
      });
      if (slots.some(Boolean)) yield { place, bits: slots.join(',') };
    }
  }
}

/** The chunks of a slot as text: the numbers of a few, 2 bytes each, or after `*` a bit for each chunk of the segment; in base64. */
function packedSlot(bits: Uint8Array): string {
  const words = new Uint32Array(bits.buffer, bits.byteOffset, BYTES / 4);
  const chunks: number[] = [];
  for (const [index, word] of words.entries())
    if (word !== 0)
      for (let bit = 0; bit < 32; bit += 1) if (word & (1 << bit)) chunks.push(index * 32 + bit);
  if (chunks.length === 0) return '';
  const asNumbers = chunks.length * 2 < BYTES;
  return asNumbers
    ? Buffer.from(Uint16Array.from(chunks).buffer).toString('base64')
    : `*${Buffer.from(bits).toString('base64')}`;
}

/** The bits of one slot in its row: a bit for each chunk. @param row undefined if there is no row */
export function bitsOf(slot: number, row: string | undefined): Uint8Array {
  const packed = row?.split(',')[slot % SLOTS_IN_ROW] ?? '';
  if (packed.startsWith('*')) return Buffer.from(packed.slice(1), 'base64');
  const bits = new Uint8Array(BYTES);
  const numbers = Buffer.from(packed, 'base64');
  for (let at = 0; at < numbers.length; at += 2) {
    const chunk = numbers.readUInt16LE(at);
    bits[chunk >> 3]! |= 1 << (chunk & 7);
  }
  return bits;
}

/** The bits of `HAS` for a message. */
export function hasOf(body: string, type: FileType | null, isImage: boolean): number {
  const attached = type === null ? 0 : 1 << (isImage ? HAS.image : HAS.file);
  return attached | (/https?:\/\/[^\s/]/i.test(body) ? 1 << HAS.link : 0);
}

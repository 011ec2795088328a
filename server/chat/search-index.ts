import { defineEntity, p } from '@mikro-orm/core';
import type { FileType } from './entry.ts';

// The index of the search. Messages lie in chunks of `LINES`, folded, each a line; chunks in segments of
// `CHUNKS`. Once a segment is full it is closed: it then has, for each slot of `text/slots.ts`, the lines that
// have it, so that a search reads only lines that may have all its words.
// All of it can be made again from the log.

/** Messages in a full chunk. */
export const LINES = 16;
/** Chunks in a full segment. */
export const CHUNKS = 1024;
export const LINES_IN_SEGMENT = LINES * CHUNKS;

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
    /** When its oldest and its newest message were posted, in seconds since 1970, rounded down and up. */
    earliest: p.integer().default(0),
    latest: p.integer().default(0),
    /** The same for each chunk, as `packedNumbers` writes them. */
    oldest: p.text().default(''),
    newest: p.text(),
    /** The room of each line, in the same way, once it is closed. */
    rooms: p.text().default(''),
  },
});
export class SearchSegment extends SearchSegmentSchema.class {}
SearchSegmentSchema.setClass(SearchSegment);

export const SearchBitsSchema = defineEntity({
  name: 'SearchBits',
  tableName: 'search_bits',
  properties: {
    /** The segment's id times `PLACES`, and its place in the segment, which says which slots it has. */
    id: p.integer().primary().autoincrement(false),
    /** The lines that have them, as `search-bits.ts` writes them. */
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

/** The numbers of one message: 4 bytes for each id, 8 for the time, 1 for `has`. In base64 they end with a character. */
const RECORD_BYTES = 21;
const RECORD_CHARACTERS = (RECORD_BYTES / 3) * 4;

/** The numbers of messages as text, in base64. */
export function packed(lines: Line[]): string {
  const bytes = Buffer.allocUnsafe(lines.length * RECORD_BYTES);
  let end = 0;
  for (const { room, seq, author, at, has } of lines) {
    end = bytes.writeUInt32LE(room, end);
    end = bytes.writeUInt32LE(seq, end);
    end = bytes.writeUInt32LE(author, end);
    end = bytes.writeDoubleLE(at, end);
    end = bytes.writeUInt8(has, end);
  }
  return bytes.toString('base64');
}

/** What a line has besides its text, by its place. */
export function numbersAt(packed: string, line: number): Omit<Line, 'text'> {
  const begin = line * RECORD_CHARACTERS;
  const bytes = Buffer.from(packed.slice(begin, begin + RECORD_CHARACTERS), 'base64');
  return {
    room: bytes.readUInt32LE(0),
    seq: bytes.readUInt32LE(4),
    author: bytes.readUInt32LE(8),
    at: bytes.readDoubleLE(12),
    has: bytes.readUInt8(20),
  };
}

/** Whole numbers below 2^32 as text: 4 bytes each, in base64. */
export const packedNumbers = (numbers: number[]): string =>
  Buffer.from(Uint32Array.from(numbers).buffer).toString('base64');

export function numbersOf(packed: string): Uint32Array {
  const bytes = Buffer.from(packed, 'base64');
  const numbers = new Uint32Array(bytes.length / 4);
  Buffer.from(numbers.buffer).set(bytes);
  return numbers;
}

export const linesOf = ({ texts, numbers }: { texts: string; numbers: string }): Line[] =>
  texts.split('\n').map((text, line) => ({ ...numbersAt(numbers, line), text }));

/** The bits of `HAS` for a message. */
export function hasOf(body: string, type: FileType | null, isImage: boolean): number {
  const attached = type === null ? 0 : 1 << (isImage ? HAS.image : HAS.file);
  return attached | (/https?:\/\/[^\s/]/i.test(body) ? 1 << HAS.link : 0);
}

import { constants, crc32, deflateRawSync } from 'node:zlib';

/**
 * A part of a page, with the same part compressed. Compressed parts that end at a byte can follow each
 * other in one gzip stream, so a part that does not change is compressed once. RFC 1951, 3.2; RFC 1952, 2.3.
 */
export interface Piece {
  text: Buffer;
  /** Blocks of DEFLATE, none of them the last. */
  deflated: Buffer;
}

const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty last block. */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);
/** A stored block has its length in 16 bits. */
const LONGEST_STORED = 65_535;

/** Compresses a part that is kept. Long parts compress best: a log of 50 entries takes 5 kB as one part, and 14 kB as 50. */
export function compressedPiece(html: string): Piece {
  const text = Buffer.from(html);
  return { text, deflated: deflateRawSync(text, { level: 9, finishFlush: constants.Z_SYNC_FLUSH }) };
}

/** A part that is used once, and too short to compress. */
export function storedPiece(html: string): Piece {
  const text = Buffer.from(html);
  const blocks: Buffer[] = [];
  for (let from = 0; from < text.length; from += LONGEST_STORED) {
    const part = text.subarray(from, from + LONGEST_STORED);
    const head = Buffer.alloc(5); // not the last block, stored; then the length and its complement
    head.writeUInt16LE(part.length, 1);
    head.writeUInt16LE(~part.length & 0xffff, 3);
    blocks.push(head, part);
  }
  return { text, deflated: Buffer.concat(blocks) };
}

/** The parts as one text. */
export const joined = (pieces: Piece[]): Buffer => Buffer.concat(pieces.map(({ text }) => text));

/** The parts as one gzip file. */
export function gzipped(pieces: Piece[]): Buffer {
  let crc = 0;
  let length = 0;
  for (const { text } of pieces) {
    crc = crc32(text, crc);
    length += text.length;
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(length >>> 0, 4);
  return Buffer.concat([HEADER, ...pieces.map(({ deflated }) => deflated), LAST_BLOCK, trailer]);
}

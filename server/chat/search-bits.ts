import { SLOTS } from '../text/slots.ts';
import { LINES_IN_SEGMENT } from './search-index.ts';

// The bits of a closed segment: which of its lines have which slots. A row has those of some neighbouring
// slots, as bytes in base64: first how many bytes each slot has, 2 bytes a slot; then these, for each slot.
// A slot of few lines has their numbers, as distances from one to the next: 1 byte, or 2 with the first
// bit set. A slot of many has a bit for each line of the segment.

/** Slots whose bits are in one row. */
export const SLOTS_IN_ROW = 16;
const HEADER_BYTES = SLOTS_IN_ROW * 2;
const BITMAP_BYTES = LINES_IN_SEGMENT / 8;

const PLACES = SLOTS / SLOTS_IN_ROW;

/** Segments whose rows lie side by side, for each place, so that a search of all reads few pages. */
export const NEIGHBOURS = 4;

/** The id of the row that has the bits of a slot. */
export const rowWith = (segment: number, slot: number): number =>
  (Math.floor(segment / NEIGHBOURS) * PLACES + Math.floor(slot / SLOTS_IN_ROW)) * NEIGHBOURS +
  (segment % NEIGHBOURS);

/** A bit for each line of a segment. */
export type Bits = Uint32Array<ArrayBuffer>;
export const newBits = (): Bits => new Uint32Array(LINES_IN_SEGMENT / 32);

/** Room for a row before a slot of many lines has its bitmap. */
const buffer = Buffer.alloc(HEADER_BYTES + SLOTS_IN_ROW * BITMAP_BYTES + LINES_IN_SEGMENT * 2);

/** @param copy writes the distances of one slot of the row into bytes, from a place on, and returns where they end */
export function packedRow(copy: (index: number, into: Uint8Array, at: number) => number): string {
  let begin = HEADER_BYTES;
  for (let index = 0; index < SLOTS_IN_ROW; index += 1) {
    let end = copy(index, buffer, begin);
    if (end - begin >= BITMAP_BYTES) {
      const bits = newBits();
      addDistances(bits, buffer, begin, end);
      buffer.set(new Uint8Array(bits.buffer), begin);
      end = begin + BITMAP_BYTES;
    }
    buffer.writeUInt16LE(end - begin, index * 2);
    begin = end;
  }
  return buffer.toString('base64', 0, begin);
}

/** Adds lines to the bits. */
function addDistances(bits: Bits, bytes: Uint8Array, begin: number, end: number): void {
  let line = -1;
  for (let at = begin; at < end; at += 1) {
    const byte = bytes[at]!;
    line += 1 + (byte < 0x80 ? byte : ((byte & 0x7f) << 8) | bytes[(at += 1)]!);
    bits[line >> 5]! |= 1 << (line & 31);
  }
}

/** A row that was read. */
export class BitsRow {
  readonly #bytes: Buffer;

  /** @param packed undefined if there is no row: no line has its slots */
  constructor(packed: string | undefined) {
    this.#bytes = packed === undefined ? Buffer.alloc(HEADER_BYTES) : Buffer.from(packed, 'base64');
  }

  /** Adds the lines of a slot to the bits. */
  addTo(bits: Bits, slot: number): void {
    const [begin, end] = this.#placeOf(slot);
    if (end - begin === BITMAP_BYTES) {
      const bytes = new Uint8Array(bits.buffer);
      for (let at = 0; at < BITMAP_BYTES; at += 1) bytes[at]! |= this.#bytes[begin + at]!;
      return;
    }
    addDistances(bits, this.#bytes, begin, end);
  }

  #placeOf(slot: number): [begin: number, end: number] {
    const index = slot % SLOTS_IN_ROW;
    let begin = HEADER_BYTES;
    for (let before = 0; before < index; before += 1) begin += this.#bytes.readUInt16LE(before * 2);
    return [begin, begin + this.#bytes.readUInt16LE(index * 2)];
  }
}

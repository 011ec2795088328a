import { SLOTS, slotOf, visitSlots } from '../text/slots.ts';
import { HAS, type Line, LINES, LINES_IN_SEGMENT } from './search-index.ts';

// The bits of a closed segment: which of its lines have which slots. A row has those of some neighbouring
// slots, as bytes in base64: first how many bytes each slot has, 2 bytes a slot; then these, for each slot.
// A slot of few lines has their numbers, as distances from one to the next: 1 byte, or 2 with the first
// bit set. A slot of many has a bit for each line of the segment.

/** Slots whose bits are in one row. */
export const SLOTS_IN_ROW = 16;
const HEADER_BYTES = SLOTS_IN_ROW * 2;
const BITMAP_BYTES = LINES_IN_SEGMENT / 8;
const MOST_HELD = 4_194_304;

export const placeOf = (slot: number): number => Math.floor(slot / SLOTS_IN_ROW);

/** A bit for each line of a segment. */
export type Bits = Uint32Array<ArrayBuffer>;
export const newBits = (): Bits => new Uint32Array(LINES_IN_SEGMENT / 32);

/** Calls `visit` with each slot of a line; with some several times. */
function visitLine({ room, author, has, text }: Line, visit: (slot: number) => void): void {
  visitSlots(text, visit);
  visit(slotOf('room', room));
  visit(slotOf('author', author));
  for (const kind of Object.values(HAS)) if (has & (1 << kind)) visit(slotOf('has', kind));
}

/** Gathers the lines of each slot. All chunks are counted first; then all are added, once for each part. */
export class SlotTable {
  readonly #counts = new Uint32Array(SLOTS);
  /** The line that was last seen with the slot. */
  readonly #last = new Int32Array(SLOTS).fill(-1);
  /** The lines of all slots of the part, slot after slot. */
  #lines = new Uint16Array(0);
  readonly #begins = new Uint32Array(SLOTS);
  /** Where the next line of the slot belongs. */
  readonly #ends = new Uint32Array(SLOTS);
  #from = 0;
  #to = 0;
  readonly #most: number;

  /** @param most slots of lines that are held in memory at once, 2 bytes each: a segment of long messages is done in several parts */
  constructor(most = MOST_HELD) {
    this.#most = most;
  }

  /** Counts the lines of a chunk. */
  count(chunk: number, lines: Line[]): void {
    const counts = this.#counts;
    this.#visit(chunk, lines, (slot) => void (counts[slot]! += 1));
  }

  /** Begins the next part. Returns false if there is none. */
  next(): boolean {
    this.#from = this.#to;
    let held = 0;
    while (this.#to < SLOTS) {
      const more = this.#counts.subarray(this.#to, this.#to + SLOTS_IN_ROW).reduce((sum, one) => sum + one);
      if (held + more > this.#most && held > 0) break;
      for (let slot = this.#to; slot < this.#to + SLOTS_IN_ROW; slot += 1) {
        this.#begins[slot] = this.#ends[slot] = held;
        held += this.#counts[slot]!;
      }
      this.#to += SLOTS_IN_ROW;
    }
    this.#lines = new Uint16Array(held);
    this.#last.fill(-1);
    return this.#from < this.#to;
  }

  /** Adds the lines of a chunk to the part. @param lines as they were counted, or fewer */
  add(chunk: number, lines: Line[]): void {
    const [from, to, all, ends] = [this.#from, this.#to, this.#lines, this.#ends];
    this.#visit(chunk, lines, (slot, line) => {
      if (slot < from || slot >= to) return;
      all[ends[slot]!] = line;
      ends[slot]! += 1;
    });
  }

  #visit(chunk: number, lines: Line[], visit: (slot: number, line: number) => void): void {
    const last = this.#last;
    for (const [index, each] of lines.entries()) {
      const line = chunk * LINES + index;
      visitLine(each, (slot) => {
        if (last[slot] === line) return;
        last[slot] = line;
        visit(slot, line);
      });
    }
  }

  /** Yields the rows of the part that have any line. */
  *rows(): Generator<{ place: number; bits: string }> {
    for (let from = this.#from; from < this.#to; from += SLOTS_IN_ROW) {
      const slots = Array.from({ length: SLOTS_IN_ROW }, (_, index) =>
        this.#lines.subarray(this.#begins[from + index], this.#ends[from + index]),
      );
      if (slots.some(({ length }) => length > 0)) yield { place: placeOf(from), bits: packedRow(slots) };
    }
  }
}

/** @param slots the lines of each slot of the row, in their order */
function packedRow(slots: Uint16Array[]): string {
  const bytes = Buffer.alloc(HEADER_BYTES + slots.reduce((sum, { length }) => sum + mostBytes(length), 0));
  let end = HEADER_BYTES;
  for (const [index, lines] of slots.entries()) {
    const begin = end;
    let before = -1;
    for (const line of lines) {
      const gap = line - before - 1;
      if (gap >= 0x80) bytes[end++] = 0x80 | (gap >> 8);
      bytes[end++] = gap & 0xff;
      before = line;
    }
    if (end - begin >= BITMAP_BYTES) {
      bytes.fill(0, begin, end);
      for (const line of lines) bytes[begin + (line >> 3)]! |= 1 << (line & 7);
      end = begin + BITMAP_BYTES;
    }
    bytes.writeUInt16LE(end - begin, index * 2);
  }
  return bytes.toString('base64', 0, end);
}

const mostBytes = (lines: number): number => lines * 2;

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
    let line = -1;
    for (let at = begin; at < end; at += 1) {
      const byte = this.#bytes[at]!;
      line += 1 + (byte < 0x80 ? byte : ((byte & 0x7f) << 8) | this.#bytes[(at += 1)]!);
      bits[line >> 5]! |= 1 << (line & 31);
    }
  }

  #placeOf(slot: number): [begin: number, end: number] {
    const index = slot % SLOTS_IN_ROW;
    let begin = HEADER_BYTES;
    for (let before = 0; before < index; before += 1) begin += this.#bytes.readUInt16LE(before * 2);
    return [begin, begin + this.#bytes.readUInt16LE(index * 2)];
  }
}

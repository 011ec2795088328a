import { SLOTS, slotOf, slotsInto } from '../text/slots.ts';
import { packedRow, SLOTS_IN_ROW } from './search-bits.ts';
import { HAS, type Line, LINES } from './search-index.ts';

/** Memory for the lines of slots, in blocks: what a block holds, and then the number of the next one, 4 bytes. */
const BLOCK_BYTES = 32;
const HELD_BYTES = BLOCK_BYTES - 4;
const MOST_BYTES = 8 * 2 ** 20;
const KINDS = Object.values(HAS);
/** Slots that a line has besides those of its text. */
const OTHERS = 2 + KINDS.length;

/**
 * Gathers the lines of each slot, as they are stored: distances, in blocks of memory that follow each other.
 * If the memory is full, the upper half of the slots is left to a further part.
 */
export class SlotTable {
  readonly #bytes: Uint8Array;
  /** The same memory, for the numbers of blocks. */
  readonly #links: Uint32Array;
  /** The first block of each slot; 0, which is not used, for none. */
  readonly #firsts = new Uint32Array(SLOTS);
  /** Of each slot the line after the last one, and where the next byte belongs: side by side, since both are needed at once. */
  readonly #states = new Uint32Array(SLOTS * 2);
  /** The slots of one line. */
  #slots = new Uint32Array(1024);
  #used = 0;
  #free: number[] = [];
  #from = 0;
  #to = 0;

  /** @param most bytes for lines that are held at once */
  constructor(most = MOST_BYTES) {
    this.#bytes = new Uint8Array(most);
    this.#links = new Uint32Array(this.#bytes.buffer);
  }

  /** Begins the next part, to which all chunks are then added. Returns false if there is none. */
  next(): boolean {
    [this.#from, this.#to] = [this.#to, SLOTS];
    this.#firsts.fill(0);
    for (let slot = 0; slot < SLOTS; slot += 1) {
      this.#states[slot * 2] = 0;
      this.#states[slot * 2 + 1] = HELD_BYTES;
    }
    [this.#used, this.#free] = [1, []];
    return this.#from < SLOTS;
  }

  /** Adds the lines of a chunk that comes after those before. */
  add(chunk: number, lines: Line[]): void {
    for (const [index, line] of lines.entries()) {
      const count = this.#slotsOf(line);
      const number = chunk * LINES + index;
      for (let at = 0; at < count; at += 1) {
        const slot = this.#slots[at]!;
        const next = this.#states[slot * 2]!;
        if (next > number || slot < this.#from || slot >= this.#to) continue;
        this.#states[slot * 2] = number + 1;
        const gap = number - next;
        if (gap >= 0x80) this.#append(slot, 0x80 | (gap >> 8));
        this.#append(slot, gap & 0xff);
      }
    }
  }

  /** Notes the slots of a line, some several times. Returns how many. */
  #slotsOf({ room, author, has, text }: Line): number {
    const most = text.length * 4 + OTHERS;
    if (this.#slots.length < most) this.#slots = new Uint32Array(most * 2);
    let count = slotsInto(this.#slots, text);
    this.#slots[count++] = slotOf('room', room);
    this.#slots[count++] = slotOf('author', author);
    for (const kind of KINDS) if (has & (1 << kind)) this.#slots[count++] = slotOf('has', kind);
    return count;
  }

  #append(slot: number, byte: number): void {
    let end = this.#states[slot * 2 + 1]!;
    if (end % BLOCK_BYTES === HELD_BYTES) {
      const block = this.#newBlock();
      if (slot >= this.#to) return; // it has been left to a further part
      if (this.#firsts[slot] === 0) this.#firsts[slot] = block;
      else this.#links[end / 4] = block;
      end = block * BLOCK_BYTES;
    }
    this.#bytes[end] = byte;
    this.#states[slot * 2 + 1] = end + 1;
  }

  #newBlock(): number {
    while (this.#free.length === 0) {
      if ((this.#used + 1) * BLOCK_BYTES <= this.#bytes.length) return this.#used++;
      this.#leaveHalf();
    }
    return this.#free.pop()!;
  }

  /** Leaves the upper half of the slots to a further part. */
  #leaveHalf(): void {
    const rows = Math.floor((this.#to - this.#from) / SLOTS_IN_ROW);
    if (rows < 2) throw new Error('The memory for the index of the search is too small.');
    const to = this.#from + Math.floor(rows / 2) * SLOTS_IN_ROW;
    for (let slot = to; slot < this.#to; slot += 1)
      for (let block = this.#firsts[slot]!; block !== 0; block = this.#after(block, slot))
        this.#free.push(block);
    this.#to = to;
  }

  /** The block that follows; 0 after the last one of the slot. */
  #after(block: number, slot: number): number {
    const isLast = block === Math.floor(this.#states[slot * 2 + 1]! / BLOCK_BYTES);
    return isLast ? 0 : this.#links[(block * BLOCK_BYTES + HELD_BYTES) / 4]!;
  }

  /** Yields the rows of the part that have any line, each with its first slot. */
  *rows(): Generator<{ slot: number; bits: string }> {
    for (let from = this.#from; from < this.#to; from += SLOTS_IN_ROW) {
      const isEmpty = this.#firsts.subarray(from, from + SLOTS_IN_ROW).every((first) => first === 0);
      if (isEmpty) continue;
      yield {
        slot: from,
        bits: packedRow((index, into, at) => this.#copy(from + index, into, at)),
      };
    }
  }

  /** Copies the lines of a slot. Returns where they end. */
  #copy(slot: number, into: Uint8Array, at: number): number {
    for (let block = this.#firsts[slot]!; block !== 0;) {
      const from = block * BLOCK_BYTES;
      block = this.#after(block, slot);
      const to = block === 0 ? this.#states[slot * 2 + 1]! : from + HELD_BYTES;
      for (let byte = from; byte < to; byte += 1) into[at++] = this.#bytes[byte]!;
    }
    return at;
  }
}

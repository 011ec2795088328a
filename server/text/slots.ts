/** Every one, two or three neighbouring characters of a text have a slot, by a hash; several may share one. */
export const SLOTS = 65_536;

/** Slots of a word that a search looks at: more would hardly exclude more. */
const MOST_SLOTS = 10;

const mixed = (a: number, b: number, c: number): number => {
  let hash =
    Math.imul(a, 0x9e37_79b1) ^ Math.imul(b + 0x51ed, 0x85eb_ca6b) ^ Math.imul(c + 0x2f0b, 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d);
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
};

/** Calls `visit` with the slot of each part of the text; with some several times. */
export function visitSlots(text: string, visit: (slot: number) => void): void {
  for (let index = 0; index < text.length; index += 1) {
    const [a, b, c] = [text.charCodeAt(index), text.charCodeAt(index + 1), text.charCodeAt(index + 2)];
    visit(mixed(a, 0, 0));
    if (index + 1 < text.length) visit(mixed(a, b, 0));
    if (index + 2 < text.length) visit(mixed(a, b, c));
  }
}

/** Slots that every text with this word in it has. The word is not empty. */
export function slotsOf(word: string): number[] {
  const length = Math.min(word.length, 3);
  const count = word.length - length + 1;
  const step = Math.max(count / MOST_SLOTS, 1);
  const slots = Array.from({ length: Math.min(count, MOST_SLOTS) }, (_, index) => {
    const at = Math.floor(index * step);
    const code = (offset: number) => (offset < length ? word.charCodeAt(at + offset) : 0);
    return mixed(code(0), code(1), code(2));
  });
  return [...new Set(slots)];
}

/** The slot of a property that lines have besides their text. */
export const slotOf = (kind: 'room' | 'author' | 'has', id: number): number =>
  mixed({ room: 0x1_0001, author: 0x1_0002, has: 0x1_0003 }[kind], id, 0);

/** Every one, two, three or five neighbouring characters of a text have a slot. Several may share one, but for one or two of ASCII. */
export const SLOTS = 131_072;
/** Those of five characters have the second half: there are many, and they would crowd out the others. */
const HALF = SLOTS / 2;
const LONG = 5;
const ASCII = 128;
const PAIRS = ASCII * ASCII;
/** An odd factor, so that pairs of common letters are not neighbours. */
const SPREAD = 5209;

const mixed = (hash: number): number => {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d);
  return (once ^ (once >>> 16)) >>> 0;
};

const threeOf = (a: number, b: number, c: number): number =>
  Math.imul(a, 0x9e37_79b1) ^ Math.imul(b + 0x51ed, 0x85eb_ca6b) ^ Math.imul(c + 0x2f0b, 0xc2b2_ae35);

/** The slot of one to three characters; 0 stands for none. */
const shortSlot = (a: number, b: number, c: number): number =>
  c === 0 && a < ASCII && b < ASCII
    ? ((a * ASCII + b) * SPREAD) & (PAIRS - 1)
    : PAIRS + (mixed(threeOf(a, b, c)) % (HALF - PAIRS));

/** The slot of five characters, by what `threeOf` has for the first three and for the last three. */
const longSlot = (first: number, last: number): number =>
  HALF + (mixed(Math.imul(first, 0x27d4_eb2f) ^ last) & (HALF - 1));

/** Writes the slot of each part of the text into `slots`, some several times. Returns how many: at most 4 a character. */
export function slotsInto(slots: Uint32Array, text: string): number {
  let count = 0;
  let [a, b] = [0, 0];
  let [first, second] = [0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const c = text.charCodeAt(index);
    slots[count++] = shortSlot(c, 0, 0);
    if (index > 0) slots[count++] = shortSlot(b, c, 0);
    if (index > 1) {
      const last = threeOf(a, b, c);
      slots[count++] = PAIRS + (mixed(last) % (HALF - PAIRS));
      if (index > 3) slots[count++] = longSlot(first, last);
      first = second;
      second = last;
    }
    a = b;
    b = c;
  }
  return count;
}

/**
 * Slots that every text with this word in it has, those first that exclude most. The word is not empty.
 * @param most slots: more than some would hardly exclude more
 */
export function slotsOf(word: string, most: number): number[] {
  const [three, two] = [parts(word, 3, shortSlotAt), parts(word, 2, shortSlotAt)];
  const slots =
    word.length < LONG
      ? [...three, ...two, ...(two.length === 0 ? parts(word, 1, shortSlotAt) : [])]
      : [...parts(word, LONG, longSlotAt), ...three];
  return [...new Set(slots)].slice(0, most);
}

/** The slots of all parts of this length: of the first, the last, the one in the middle, and so on, since neighbours have much in common. */
function parts(
  word: string,
  length: number,
  slotAt: (word: string, at: number, length: number) => number,
): number[] {
  const slots: number[] = [];
  const between: [number, number][] = [];
  const last = word.length - length;
  if (last >= 0) slots.push(slotAt(word, 0, length));
  if (last > 0) slots.push(slotAt(word, last, length));
  between.push([0, last]);
  for (const [from, to] of between) {
    if (to - from < 2) continue;
    const middle = Math.floor((from + to) / 2);
    slots.push(slotAt(word, middle, length));
    between.push([from, middle], [middle, to]);
  }
  return slots;
}

const shortSlotAt = (word: string, at: number, length: number): number =>
  shortSlot(
    word.charCodeAt(at),
    length > 1 ? word.charCodeAt(at + 1) : 0,
    length > 2 ? word.charCodeAt(at + 2) : 0,
  );

function longSlotAt(word: string, at: number): number {
  const three = (from: number) =>
    threeOf(word.charCodeAt(from), word.charCodeAt(from + 1), word.charCodeAt(from + 2));
  return longSlot(three(at), three(at + 2));
}

/** The slot of a property that lines have besides their text. */
export const slotOf = (kind: 'room' | 'author' | 'has', id: number): number =>
  HALF + (mixed(threeOf({ room: 0x1_0001, author: 0x1_0002, has: 0x1_0003 }[kind], id, 0)) & (HALF - 1));

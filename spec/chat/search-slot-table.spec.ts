import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { BitsRow, newBits, rowWith } from '../../server/chat/search-bits.ts';
import { CHUNKS, HAS, type Line, LINES, LINES_IN_SEGMENT } from '../../server/chat/search-index.ts';
import { SlotTable } from '../../server/chat/search-slot-table.ts';
import { slotOf, slotsOf } from '../../server/text/slots.ts';
import { line, message } from '../support/corpus.ts';
import { random as randomFrom } from '../support/random.ts';

const test = suite('search slot table');

/** Fills a table with these chunks. Returns what tells the lines of a slot. */
function filled(chunks: Map<number, Line[]>, table = new SlotTable()): (slot: number) => number[] {
  const rows = new Map<number, string>();
  while (table.next()) {
    for (const [chunk, lines] of chunks) table.add(chunk, lines);
    for (const { slot, bits } of table.rows()) rows.set(rowWith(0, slot), bits);
  }
  return (slot) => {
    const bits = newBits();
    new BitsRow(rows.get(rowWith(0, slot))).addTo(bits, slot);
    return Array.from({ length: LINES_IN_SEGMENT }, (_, line) => line).filter(
      (line) => bits[line >> 5]! & (1 << (line & 31)),
    );
  };
}

test('the bits of a segment tell of every line that has a word, a room, an author or an image', () => {
  const chunks = new Map<number, Line[]>();
  for (let chunk = 0; chunk < CHUNKS; chunk += 1)
    chunks.set(
      chunk,
      Array.from({ length: LINES }, (_, index) => line(index % 2 ? 'harbour' : 'x')),
    );
  chunks.get(5)![4] = line('lighthouse', { room: 4, author: 9, has: 1 << HAS.image });
  const linesOf = filled(chunks);
  for (const slot of slotsOf('harbour', 6))
    assert.equal(
      linesOf(slot),
      Array.from({ length: LINES_IN_SEGMENT / 2 }, (_, index) => index * 2 + 1),
    );
  for (const slot of [
    ...slotsOf('ghth', 6),
    ...slotsOf('lighthouse', 6),
    slotOf('room', 4),
    slotOf('author', 9),
    slotOf('has', HAS.image),
  ])
    assert.equal(linesOf(slot), [5 * LINES + 4]);
  assert.equal(linesOf(slotOf('has', HAS.link)), []);
  assert.is(linesOf(slotOf('room', 3)).length, LINES_IN_SEGMENT - 1);
});

test('a slot of the first and of the last line of a segment, and one far from the other, come back', () => {
  const chunks = new Map([
    [0, [line('first')]],
    [CHUNKS - 1, Array.from({ length: LINES }, () => line('last'))],
  ]);
  const linesOf = filled(chunks);
  assert.equal(linesOf(slotsOf('first', 1)[0]!), [0]);
  const last = (CHUNKS - 1) * LINES;
  assert.equal(linesOf(slotOf('room', 3)), [0, ...Array.from({ length: LINES }, (_, index) => last + index)]);
});

test('a segment that does not fit in memory is done in parts, with the same bits', () => {
  const random = randomFrom(1);
  const chunks = new Map<number, Line[]>();
  for (let chunk = 0; chunk < 20; chunk += 1)
    chunks.set(
      chunk,
      Array.from({ length: LINES }, () => line(message(random))),
    );
  const [whole, inParts] = [filled(chunks), filled(chunks, new SlotTable(2 ** 16))];
  for (const slot of [...chunks.values()]
    .flat()
    .flatMap(({ text }) => slotsOf(text, 3))
    .slice(0, 60))
    assert.equal(inParts(slot), whole(slot));
});

test.run();

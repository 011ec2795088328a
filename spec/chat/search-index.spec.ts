import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  bitsOf,
  BitTable,
  CHUNKS,
  hasOf,
  HAS,
  type Line,
  linesOf,
  packed,
  packedTimes,
  SLOTS_IN_ROW,
  timesOf,
} from '../../server/chat/search-index.ts';
import { slotOf, slotsOf } from '../../server/text/slots.ts';

const test = suite('search index');

const line = (text: string, changes: Partial<Line> = {}): Line => ({
  room: 3,
  seq: 7,
  author: 2,
  at: 1_770_000_000_123,
  has: 0,
  text,
  ...changes,
});

test('lines come back as they were packed', () => {
  const lines = [line('one'), line('', { seq: 2 ** 31 - 1, has: 14 }), line('天气')];
  assert.equal(linesOf({ texts: lines.map(({ text }) => text).join('\n'), numbers: packed(lines) }), lines);
  assert.equal(timesOf(packedTimes([0, 1_770_000_000, 2 ** 32 - 1])), [0, 1_770_000_000, 2 ** 32 - 1]);
  assert.equal(timesOf(''), []);
});

test('the bits of a segment tell of every chunk that has a word, a room, an author or an image', () => {
  const table = new BitTable();
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) table.add(chunk, [line(chunk % 2 ? 'harbour' : 'x')]);
  table.add(5, [line('lighthouse', { room: 4, author: 9, has: 1 << HAS.image })]);
  const rows = new Map([...table.rows()].map(({ place, bits }) => [place, bits]));
  const chunks = (slot: number) => {
    const bits = bitsOf(slot, rows.get(Math.floor(slot / SLOTS_IN_ROW)));
    return Array.from({ length: CHUNKS }, (_, chunk) => chunk).filter(
      (chunk) => bits[chunk >> 3]! & (1 << (chunk & 7)),
    );
  };
  for (const slot of slotsOf('harbour'))
    assert.is(chunks(slot).filter((chunk) => chunk % 2).length, CHUNKS / 2);
  for (const slot of [...slotsOf('ghth'), slotOf('room', 4), slotOf('author', 9), slotOf('has', HAS.image)])
    assert.ok(chunks(slot).includes(5));
  assert.equal(chunks(slotOf('has', HAS.link)), []);
  assert.is(chunks(slotOf('room', 3)).length, CHUNKS);
});

test('a message has a link where its text has an address', () => {
  assert.is(hasOf('see HTTPS://example.org', null, false), 1 << HAS.link);
  assert.is(hasOf('see example.org, http://', null, false), 0);
  assert.is(hasOf('', 'png', true), 1 << HAS.image);
  assert.is(hasOf('', 'pdf', false), 1 << HAS.file);
});

test.run();

import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import {
  BitsRow,
  NEIGHBOURS,
  newBits,
  packedRow,
  rowWith,
  SLOTS_IN_ROW,
} from '../../server/chat/search-bits.ts';
import { LINES_IN_SEGMENT } from '../../server/chat/search-index.ts';
import { SLOTS } from '../../server/text/slots.ts';

const test = suite('search bits');

test('a row has the lines of each of its slots, of few lines and of all', () => {
  const distances = [[], [5], [0x80 | (300 >> 8), 300 & 0xff, 0], Array<number>(LINES_IN_SEGMENT).fill(0)];
  const packed = packedRow((index, into, at) => {
    const own = distances[index] ?? [];
    into.set(own, at);
    return at + own.length;
  });
  const linesOf = (slot: number) => {
    const bits = newBits();
    new BitsRow(packed).addTo(bits, slot);
    return Array.from({ length: LINES_IN_SEGMENT }, (_, line) => line).filter(
      (line) => bits[line >> 5]! & (1 << (line & 31)),
    );
  };
  assert.equal([0, 1, 2, 4].map(linesOf), [[], [5], [300, 301], []]);
  assert.is(linesOf(3).length, LINES_IN_SEGMENT);
});

test('the rows of all segments have ids of their own, and those of neighbours lie side by side', () => {
  const segments = Array.from({ length: NEIGHBOURS * 3 }, (_, segment) => segment);
  const slots = Array.from({ length: SLOTS / SLOTS_IN_ROW }, (_, place) => place * SLOTS_IN_ROW);
  const ids = segments.flatMap((segment) => slots.map((slot) => rowWith(segment, slot)));
  assert.is(new Set(ids).size, segments.length * slots.length);
  assert.is(rowWith(NEIGHBOURS - 1, 20) - rowWith(0, 20), NEIGHBOURS - 1);
});

test.run();

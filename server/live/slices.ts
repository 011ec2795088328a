import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Awaitable } from './chain.ts';

/** Work lets other requests go ahead after this time, in milliseconds: some texts cost several to render. */
const SLICE_MS = 15;

/** Maps items, all at once if that is quick; else in slices, between which other requests are answered. */
export function mapInSlices<T, U>(items: T[], map: (item: T) => U): Awaitable<U[]> {
  const begun = performance.now();
  const mapped: U[] = [];
  for (const [index, item] of items.entries()) {
    mapped.push(map(item));
    if (performance.now() - begun > SLICE_MS && index < items.length - 1)
      return mapRest(items.slice(index + 1), map, mapped);
  }
  return mapped;
}

async function mapRest<T, U>(items: T[], map: (item: T) => U, mapped: U[]): Promise<U[]> {
  let begun = 0;
  for (const item of items) {
    if (performance.now() - begun > SLICE_MS) {
      await nextTurn();
      begun = performance.now();
    }
    mapped.push(map(item));
  }
  return mapped;
}

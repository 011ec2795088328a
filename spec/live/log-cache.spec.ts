import * as assert from 'uvu/assert';
import type { EntryRecord } from '../../server/chat/entry.ts';
import { LogCache } from '../../server/live/log-cache.ts';
import type { Lookups } from '../../server/live/lookups.ts';
import type { Versions } from '../../server/live/versions.ts';
import { suite } from '../support/suite.ts';

const test = suite('log cache');
const ROOMS = 100;

/** A cache of rooms whose entries have a text, and the rooms that it has read. */
function scene(body: string) {
  const read: number[] = [];
  const author = { id: 1, username: 'ada' };
  const recordsOf = (room: number, first: number, last: number): EntryRecord[] => {
    read.push(room);
    return Array.from({ length: last - first + 1 }, (_, index) => {
      const seq = first + index;
      return { room: { id: room }, seq, kind: 'message', author, body, at: new Date(0) };
    });
  };
  const cache = new LogCache({
    versions: { ofRoom: () => 1 } as unknown as Versions,
    lookups: {} as Lookups,
    read: recordsOf,
  });
  return { cache, read };
}

/** How many of the rooms are kept, after each was read up to this entry. */
async function roomsKept(body: string, last: number): Promise<number> {
  const { cache, read } = scene(body);
  for (let room = 1; room <= ROOMS; room += 1) await cache.entries(room, 1, last);
  read.length = 0;
  for (let room = ROOMS; room > 0 && read.length === 0; room -= 1) await cache.entries(room, 1, last);
  return read.length === 0 ? ROOMS : ROOMS - read[0]!;
}

test('a text beyond Latin-1 counts twice, as V8 keeps it', async () => {
  const [latin, cyrillic] = [
    await roomsKept('é'.repeat(300_000), 1),
    await roomsKept('я'.repeat(300_000), 1),
  ];
  assert.ok(cyrillic > 0 && latin >= 2 * cyrillic - 1, `${latin} and ${cyrillic} rooms`);
  assert.ok(latin < ROOMS);
  assert.ok(cyrillic < latin);
});

test('entries without much text count, too', async () => {
  const kept = await roomsKept('', 1000);
  assert.ok(kept > 0 && kept < ROOMS, `${kept} rooms`);
});

test.run();

import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { slotOf } from '../text/slots.ts';
import { type Reader, rowOf } from './reader.ts';
import { BitsRow, newBits, rowWith } from './search-bits.ts';
import {
  CHUNKS,
  type Line,
  LINES,
  linesOf,
  numbersOf,
  packed,
  packedNumbers,
  SearchChunk,
  SearchChange,
  SearchedRoom,
} from './search-index.ts';
import { Breath } from './search-lines.ts';
import { SlotTable } from './search-slot-table.ts';

/** Rows in one statement. */
const ROWS_AT_ONCE = 200;

/** Another process has written to the index meanwhile. */
export class IndexChanged extends Error {}

/** What one transaction adds to the index. */
export interface Addition {
  lines: Line[];
  /** The first seq that the index then has, of each room whose earlier entries it adds. */
  lows?: Map<number, number>;
  /** The last seq that the index then has, of each room whose later entries it adds. */
  highs?: Map<number, number>;
  /** Messages whose old texts it replaces. */
  changes?: { room: number; seq: number }[];
}

/** The segment that is not full yet. */
export interface OpenSegment {
  id: number;
  /** When the oldest and the newest message of each chunk were posted, in seconds since 1970. */
  oldest: number[];
  newest: number[];
}

const LAST_SEGMENT = 'select id, closed, oldest, newest from search_segment order by id desc limit 1';

export const emptySegment = (id: number): OpenSegment => ({ id, oldest: [], newest: [] });

/** Returns the segment that takes the next chunks; one without chunks may not be stored yet. */
export async function openSegment(reader: Reader): Promise<OpenSegment> {
  const last = await rowOf<LastSegment>(reader, LAST_SEGMENT);
  if (!last) return emptySegment(0);
  if (last.closed) return emptySegment(last.id + 1);
  return { id: last.id, oldest: [...numbersOf(last.oldest)], newest: [...numbersOf(last.newest)] };
}

interface LastSegment {
  id: number;
  closed: unknown;
  oldest: string;
  newest: string;
}

/** Adds messages to the index. @throws IndexChanged, and adds nothing, if the segment is not as it was read */
export async function addToIndex(
  em: EntityManager,
  segment: OpenSegment,
  { lines, lows = new Map(), highs = new Map(), changes = [] }: Addition,
): Promise<OpenSegment> {
  const chunks = Array.from({ length: Math.ceil(lines.length / LINES) }, (_, index) =>
    lines.slice(index * LINES, (index + 1) * LINES),
  );
  const times = chunks.map((chunk) => chunk.map(({ at }) => at / 1000));
  const grown: OpenSegment = {
    id: segment.id,
    oldest: [...segment.oldest, ...times.map((each) => Math.floor(Math.min(...each)))],
    newest: [...segment.newest, ...times.map((each) => Math.ceil(Math.max(...each)))],
  };
  await em.transactional(async (em) => {
    await grow(em, segment, grown);
    const rows = chunks.map((chunk, index) => ({
      id: segment.id * CHUNKS + segment.newest.length + index,
      texts: chunk.map(({ text }) => text).join('\n'),
      numbers: packed(chunk),
    }));
    await insertRows(em, 'search_chunk', rows);
    await saveBounds(em, 'low', lows);
    await saveBounds(em, 'high', highs);
    for (const change of changes) await em.nativeDelete(SearchChange, change);
  });
  return grown;
}

const GROW = `
  insert into search_segment (id, chunks, oldest, newest, rooms) values (?, 0, '', '', '') on conflict (id) do nothing`;
const GROWN = `
  update search_segment set chunks = ?, earliest = ?, latest = ?, oldest = ?, newest = ?
  where id = ? and chunks = ? and closed = false returning id`;

/** @throws IndexChanged if the segment is not as it was read */
async function grow(
  em: EntityManager,
  before: OpenSegment,
  { id, oldest, newest }: OpenSegment,
): Promise<void> {
  await em.execute(GROW, [id]);
  const taken = await em.execute<unknown[]>(GROWN, [
    newest.length,
    oldest.length === 0 ? 0 : Math.min(...oldest),
    Math.max(...newest, 0),
    packedNumbers(oldest),
    packedNumbers(newest),
    id,
    before.newest.length,
  ]);
  if (taken.length === 0) throw new IndexChanged();
}

/** Inserts rows of the same columns by one statement: as entities, thousands would cost several times as much. */
export async function insertRows(
  em: EntityManager,
  table: string,
  rows: Record<string, string | number>[],
  conflict = '',
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!);
  const marks = `(${columns.map(() => '?').join(', ')})`;
  await em.execute(
    `insert into ${table} (${columns.join(', ')}) values ${rows.map(() => marks).join(', ')} ${conflict}`,
    rows.flatMap((row) => columns.map((column) => row[column])),
  );
}

/** Records how far the index reaches in rooms. */
export async function saveBounds(
  em: EntityManager,
  bound: 'low' | 'high',
  seqs: Map<number, number>,
): Promise<void> {
  const rooms = [...seqs];
  for (let from = 0; from < rooms.length; from += ROWS_AT_ONCE) {
    const some = rooms.slice(from, from + ROWS_AT_ONCE);
    await em.execute(
      `update searched_room set ${bound} = case room ${some.map(() => 'when ? then cast(? as integer)').join(' ')} end where room in (${some.map(() => '?').join(', ')})`,
      [...some.flat(), ...some.map(([room]) => room)],
    );
  }
}

/** Makes the bits of a full segment. If it is interrupted, it can be done again. @throws IndexChanged if another process did */
export async function closeSegment(em: EntityManager, reader: Reader, id: number): Promise<void> {
  const table = new SlotTable();
  const breath = new Breath();
  const rooms = Array<number>(CHUNKS * LINES).fill(0);
  while (table.next()) {
    await eachChunk(reader, breath, id, (chunk, lines) => {
      table.add(chunk, lines);
      for (const [index, { room }] of lines.entries()) rooms[chunk * LINES + index] = room;
    });
    await saveRows(em, breath, id, table.rows());
  }
  const taken = await em.execute<unknown[]>(
    'update search_segment set closed = true, rooms = ? where id = ? and closed = false returning id',
    [packedNumbers(rooms), id],
  );
  if (taken.length === 0) throw new IndexChanged();
}

async function eachChunk(
  reader: Reader,
  breath: Breath,
  id: number,
  visit: (chunk: number, lines: Line[]) => void,
): Promise<void> {
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
    const row = await chunkAt(reader, id * CHUNKS + chunk);
    if (row) visit(chunk, linesOf(row));
    await breath.take();
  }
}

/** Saves rows of bits, a few in one transaction: so posts wait for none of them for long. */
async function saveRows(
  em: EntityManager,
  breath: Breath,
  segment: number,
  rows: Iterable<{ slot: number; bits: string }>,
): Promise<void> {
  let some: { id: number; bits: string }[] = [];
  const save = () =>
    insertRows(em, 'search_bits', some, 'on conflict (id) do update set bits = excluded.bits');
  for (const { slot, bits } of rows) {
    some.push({ id: rowWith(segment, slot), bits });
    if (some.length === ROWS_AT_ONCE) {
      await save();
      some = [];
    }
    await breath.take();
  }
  await save();
}

const CHUNK = 'select texts, numbers from search_chunk where id = ?';

const chunkAt = (reader: Reader, id: number) => rowOf<{ texts: string; numbers: string }>(reader, CHUNK, id);

/** Takes the texts of messages of a room out of the index. @param isForgotten says which, by the seq */
export async function forget(
  em: EntityManager,
  reader: Reader,
  room: number,
  isForgotten: (seq: number) => boolean,
): Promise<void> {
  const breath = new Breath();
  for (const id of await chunksWith(reader, room)) {
    const row = await chunkAt(reader, id);
    await breath.take();
    if (!row) continue;
    const lines = linesOf(row);
    const gone = (line: Line) => line.room === room && isForgotten(line.seq);
    if (!lines.some(gone)) continue;
    const kept = lines.map((line) =>
      gone(line) ? { room: 0, seq: 0, author: 0, at: line.at, has: 0, text: '' } : line,
    );
    const texts = kept.map(({ text }) => text).join('\n');
    await em.nativeUpdate(SearchChunk, { id }, { texts, numbers: packed(kept) });
  }
}

const BITS = 'select bits from search_bits where id = ?';

/** Takes a deleted room out of the index. */
export async function forgetRoom(em: EntityManager, reader: Reader, room: number): Promise<void> {
  await forget(em, reader, room, () => true);
  await em.nativeDelete(SearchChange, { room });
  await em.nativeDelete(SearchedRoom, { room });
}

/** The ids of the chunks that may have messages of a room. */
async function chunksWith(reader: Reader, room: number): Promise<number[]> {
  const slot = slotOf('room', room);
  const segments = await reader.rows<{ id: number; chunks: number; closed: unknown }>(
    'select id, chunks, closed from search_segment order by id',
  );
  const ids: number[] = [];
  for (const { id, chunks, closed } of segments) {
    const lines = newBits();
    const row = closed ? await rowOf<{ bits: string }>(reader, BITS, rowWith(id, slot)) : undefined;
    if (closed) new BitsRow(row?.bits).addTo(lines, slot);
    else lines.fill(-1);
    const ofChunks = new Uint16Array(lines.buffer);
    for (let chunk = 0; chunk < chunks; chunk += 1) if (ofChunks[chunk] !== 0) ids.push(id * CHUNKS + chunk);
  }
  return ids;
}

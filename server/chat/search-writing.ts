import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { slotOf } from '../text/slots.ts';
import { type Reader, rowOf } from './reader.ts';
import {
  bitsOf,
  BitTable,
  CHUNKS,
  type Line,
  LINES,
  linesOf,
  packed,
  packedTimes,
  SearchChunk,
  SearchChange,
  SearchedRoom,
  SLOTS_IN_ROW,
  timesOf,
} from './search-index.ts';
import { Breath } from './search-lines.ts';

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
  /** When the newest message of each chunk was posted, in seconds since 1970. */
  newest: number[];
}

const LAST_SEGMENT = 'select id, closed, newest from search_segment order by id desc limit 1';

/** Returns the segment that takes the next chunks; one without chunks may not be stored yet. */
export async function openSegment(reader: Reader): Promise<OpenSegment> {
  const last = await rowOf<{ id: number; closed: unknown; newest: string }>(reader, LAST_SEGMENT);
  if (!last) return { id: 0, newest: [] };
  return last.closed ? { id: last.id + 1, newest: [] } : { id: last.id, newest: timesOf(last.newest) };
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
  const newest = [
    ...segment.newest,
    ...chunks.map((chunk) => Math.ceil(Math.max(...chunk.map(({ at }) => at)) / 1000)),
  ];
  await em.transactional(async (em) => {
    await em.execute(
      `insert into search_segment (id, chunks, newest) values (?, 0, '') on conflict (id) do nothing`,
      [segment.id],
    );
    const taken = await em.execute<unknown[]>(
      'update search_segment set chunks = ?, latest = ?, newest = ? where id = ? and chunks = ? and closed = false returning id',
      [newest.length, Math.max(...newest, 0), packedTimes(newest), segment.id, segment.newest.length],
    );
    if (taken.length === 0) throw new IndexChanged();
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
  return { id: segment.id, newest };
}

/** Inserts rows of the same columns by one statement: as entities, thousands would cost several times as much. */
async function insertRows(
  em: EntityManager,
  table: string,
  rows: Record<string, string | number>[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!);
  const marks = `(${columns.map(() => '?').join(', ')})`;
  await em.execute(
    `insert into ${table} (${columns.join(', ')}) values ${rows.map(() => marks).join(', ')}`,
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

/** Makes the bits of a full segment. @throws IndexChanged if another process did */
export async function closeSegment(em: EntityManager, reader: Reader, id: number): Promise<void> {
  const table = new BitTable();
  const breath = new Breath();
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
    const row = await chunkAt(reader, id * CHUNKS + chunk);
    if (row) table.add(chunk, linesOf(row));
    await breath.take();
  }
  const rows: { segment: number; place: number; bits: string }[] = [];
  for (const row of table.rows()) {
    rows.push({ segment: id, ...row });
    await breath.take();
  }
  await em.transactional(async (em) => {
    const taken = await em.execute<unknown[]>(
      'update search_segment set closed = true where id = ? and closed = false returning id',
      [id],
    );
    if (taken.length === 0) throw new IndexChanged();
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      await insertRows(em, 'search_bits', rows.slice(from, from + ROWS_AT_ONCE));
      await breath.take();
    }
  });
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

const BITS = 'select bits from search_bits where segment = ? and place = ?';

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
    const place = Math.floor(slot / SLOTS_IN_ROW);
    const row = await rowOf<{ bits: string }>(reader, BITS, id, place);
    const bits = closed ? bitsOf(slot, row?.bits) : undefined;
    for (let chunk = 0; chunk < chunks; chunk += 1)
      if (!bits || (bits[chunk >> 3]! & (1 << (chunk & 7))) !== 0) ids.push(id * CHUNKS + chunk);
  }
  return ids;
}

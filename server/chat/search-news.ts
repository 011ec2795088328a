import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type { Reader } from './reader.ts';
import { LINES, SearchChange } from './search-index.ts';
import { Breath, loggedLines } from './search-lines.ts';
import { type Addition, insertRows } from './search-writing.ts';

/** Rooms that one statement reads, and that one survey looks at. */
const ROOMS_AT_ONCE = 500;
const MOST_ROOMS = 10_000;
/** Messages that are added at once. */
const MOST_LINES = 64 * LINES;
/** If new rooms have more entries than this, they wait in the backlog. */
const MOST_NEW = 2000;
/** Notices that may wait for a message behind them, over all rooms. */
const MOST_NOTICES = 500;

/** A room with entries that the index does not have, from `high` on. */
export interface RoomWithNews {
  room: number;
  high: number;
  last: number;
}

/** What has happened in rooms since the last survey. */
export interface Survey {
  rooms: RoomWithNews[];
  /** The ids of deleted rooms of which the index still has texts. */
  deleted: number[];
  /** Whether it has found rooms with a history. */
  hasBacklog: boolean;
  /** Where the next survey begins. */
  next: number;
}

const ROOMS = `
  select r.id as room, r.last_seq as last, s.high from room r left join searched_room s on s.room = r.id
  where r.id > ? and r.access not in ('importing', 'deleted') order by r.id limit ${ROOMS_AT_ONCE}`;
const DELETED = `
  select s.room from searched_room s left join room r on r.id = s.room
  where s.room > ? and s.room <= ? and (r.id is null or r.access = 'deleted') order by s.room`;
const LARGEST_ID = 2 ** 31 - 1;

/** Finds rooms with entries that the index does not have. New rooms are recorded. @param start where the last one ended */
export async function surveyRooms(em: EntityManager, reader: Reader, start = 0): Promise<Survey> {
  const breath = new Breath();
  const survey: Survey = { rooms: [], deleted: [], hasBacklog: false, next: start };
  const unknown: { room: number; last: number }[] = [];
  for (let seen = 0; seen < MOST_ROOMS; seen += ROOMS_AT_ONCE) {
    const rows = await reader.rows<{ room: number; last: number; high: number | null }>(ROOMS, survey.next);
    const isLast = rows.length < ROOMS_AT_ONCE;
    const end = isLast ? LARGEST_ID : rows.at(-1)!.room;
    for (const { room } of await reader.rows<{ room: number }>(DELETED, survey.next, end))
      survey.deleted.push(room);
    for (const { room, last, high } of rows) {
      if (high === null) unknown.push({ room, last });
      else if (high < last) survey.rooms.push({ room, high, last });
    }
    survey.next = isLast ? 0 : end;
    await breath.take();
    if (isLast) break;
  }
  const entries = unknown.reduce((sum, { last }) => sum + last, 0);
  survey.hasBacklog = entries > MOST_NEW;
  if (unknown.length > 0) await record(em, unknown, survey.hasBacklog);
  if (!survey.hasBacklog) survey.rooms.push(...unknown.map((room) => ({ ...room, high: 0 })));
  return survey;
}

/** Records new rooms: their entries either count as news, or wait in the backlog. */
async function record(
  em: EntityManager,
  rooms: { room: number; last: number }[],
  isBacklog: boolean,
): Promise<void> {
  const rows = rooms.map(({ room, last }) =>
    isBacklog ? { room, low: last + 1, high: last } : { room, low: 1, high: 0 },
  );
  for (let from = 0; from < rows.length; from += ROOMS_AT_ONCE)
    await insertRows(
      em,
      'searched_room',
      rows.slice(from, from + ROOMS_AT_ONCE),
      'on conflict (room) do nothing',
    );
}

/** What can be added to the index of the news. */
export interface News {
  /** Only full chunks; undefined if there are too few messages. */
  addition: Addition | undefined;
  /** Rooms that have only notices, with their last seqs. */
  notices: Map<number, number>;
  /** Whether there may be more. */
  isFull: boolean;
}

/** Reads the entries that the index does not have, and the messages of which it has old texts. */
export async function news(em: EntityManager, reader: Reader, rooms: RoomWithNews[]): Promise<News> {
  const breath = new Breath();
  const changed = await changedLines(em, reader);
  const lines = [...changed.lines];
  const highs = new Map<number, number>();
  const notices = new Map<number, number>();
  /** The seq of each new line, and of what follows it without one. */
  const ends: { room: number; seq: number }[] = lines.map(() => ({ room: 0, seq: 0 }));
  let silent = 0;
  for (const { room, high, last } of rooms) {
    let seq = high;
    let hasLines = false;
    while (seq < last && lines.length < MOST_LINES) {
      const read = await loggedLines(reader, room, seq + 1, last);
      if (read.length === 0) break;
      for (const { seq, line } of read) {
        if (line) [hasLines] = [lines.push(line) > 0, ends.push({ room, seq })];
        else if (hasLines) ends.at(-1)!.seq = seq;
        else silent += 1;
      }
      seq = read.at(-1)!.seq;
      await breath.take();
    }
    if (!hasLines && seq > high) notices.set(room, seq);
  }
  const count = lines.length - (lines.length % LINES);
  for (const { room, seq } of ends.slice(0, count)) if (room !== 0) highs.set(room, seq);
  if (silent < MOST_NOTICES) notices.clear();
  const addition =
    count === 0 ? undefined : { lines: lines.slice(0, count), highs, changes: changed.changes };
  return { addition, notices, isFull: lines.length >= MOST_LINES };
}

const CHANGES = `
  select c.room, c.seq, s.low, s.high from search_change c left join searched_room s on s.room = c.room
  order by c.room, c.seq limit 100`;

/** The messages of which the index has old texts, as they are now. Forgets changes of what it does not have yet. */
async function changedLines(em: EntityManager, reader: Reader) {
  const lines: Addition['lines'] = [];
  const changes: { room: number; seq: number }[] = [];
  const rows = await reader.rows<{ room: number; seq: number; low: number | null; high: number }>(CHANGES);
  for (const { room, seq, low, high } of rows) {
    const [logged] =
      low !== null && seq >= low && seq <= high ? await loggedLines(reader, room, seq, seq) : [];
    if (logged?.line) {
      lines.push(logged.line);
      changes.push({ room, seq });
    } else await em.nativeDelete(SearchChange, { room, seq });
  }
  return { lines, changes };
}

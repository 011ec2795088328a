import { type Reader, rowOf } from './reader.ts';
import { Breath, loggedLines } from './search-lines.ts';
import { type Hit, Hits, isHit, scanIndex, type SearchQuery } from './search-scan.ts';

export { type Hit, type SearchQuery } from './search-scan.ts';

/** Rooms that one statement reads. */
const ROOMS_AT_ONCE = 500;
/** Entries that a search reads from logs, if the index does not have them yet. */
const MOST_LOGGED = 3000;
/** Changed messages that it reads from logs. */
const MOST_CHANGED = 500;

/** What a search has found. */
export interface Found {
  /** The newest, newest first: at most 1,000, which pages call `999+`. */
  hits: Hit[];
  /** When the newest message was posted that is not searched yet, if there is one: the index is still being built. */
  unsearched: Date | undefined;
}

/** A room of the user, and how much of it is in the index: the entries from `low` to `high`. */
interface OwnRoom {
  id: number;
  last: number;
  low: number;
  high: number;
}

const OWN_ROOMS = `
  select m.room_id as id, r.last_seq as last, coalesce(s.low, r.last_seq + 1) as low, coalesce(s.high, r.last_seq) as high
  from membership m
  join room r on r.id = m.room_id
  left join searched_room s on s.room = m.room_id
  where m.user_id = ? and m.room_id > ? order by m.room_id limit ${ROOMS_AT_ONCE}`;

/**
 * Finds messages of rooms of which the user is a member now. What the index has, it finds there; the rest is
 * read from the logs. Other requests are answered meanwhile.
 * @param room the id of the only room to search; by default all
 */
export async function search(
  reader: Reader,
  user: number,
  query: Omit<SearchQuery, 'rooms'>,
  room?: number,
): Promise<Found> {
  const own = await ownRooms(reader, user, room);
  const whole = { ...query, rooms: new Set(own.map(({ id }) => id)) };
  const changed = await changedMessages(reader, user);
  const isChanged = (room: number, seq: number) => changed.get(room)?.has(seq) ?? false;
  const hits = new Hits();
  const unsearched = await scanLogs(reader, whole, own, hits);
  for (const [id, seqs] of changed) {
    const { low, high } = own.find((room) => room.id === id) ?? { low: 1, high: 0 };
    for (const seq of seqs)
      if (seq >= low && seq <= high) await scanLog(reader, whole, { id, first: seq, last: seq }, hits);
  }
  await scanIndex(reader, whole, hits, isChanged);
  return { hits: hits.sorted(), unsearched };
}

async function ownRooms(reader: Reader, user: number, only?: number): Promise<OwnRoom[]> {
  if (only !== undefined)
    return (await reader.rows<OwnRoom>(OWN_ROOMS, user, only - 1)).filter(({ id }) => id === only);
  const breath = new Breath();
  const rooms: OwnRoom[] = [];
  let some: OwnRoom[];
  do {
    some = await reader.rows<OwnRoom>(OWN_ROOMS, user, rooms.at(-1)?.id ?? 0);
    rooms.push(...some);
    await breath.take();
  } while (some.length === ROOMS_AT_ONCE);
  return rooms;
}

const CHANGED = `
  select c.room, c.seq from membership m join search_change c on c.room = m.room_id
  where m.user_id = ? limit ${MOST_CHANGED}`;

/** The seqs of the messages whose description has changed since they came into the index, by room. */
async function changedMessages(reader: Reader, user: number): Promise<Map<number, Set<number>>> {
  const rows = await reader.rows<{ room: number; seq: number }>(CHANGED, user);
  const byRoom = Map.groupBy(rows, ({ room }) => room);
  return new Map([...byRoom].map(([room, changes]) => [room, new Set(changes.map(({ seq }) => seq))]));
}

/** A part of a log that the index does not have. */
interface Part {
  id: number;
  first: number;
  last: number;
}

/** Searches in what the index does not have. Returns when the newest message was posted that it leaves out, if it has to. */
async function scanLogs(
  reader: Reader,
  query: SearchQuery,
  rooms: OwnRoom[],
  hits: Hits,
): Promise<Date | undefined> {
  const recent = rooms.map(({ id, high, last }) => ({ id, first: high + 1, last }));
  const earlier = rooms.map(({ id, low }) => ({ id, first: 1, last: low - 1 }));
  let left = MOST_LOGGED;
  let unsearched: number | undefined;
  const breath = new Breath();
  for (const parts of [recent, earlier]) {
    const waiting = parts.filter(({ first, last }) => first <= last);
    const length = waiting.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    if (length > left) {
      for (const part of waiting) {
        unsearched = Math.max(unsearched ?? -Infinity, await timeOf(reader, part));
        await breath.take();
      }
      continue;
    }
    left -= length;
    for (const part of waiting) {
      await scanLog(reader, query, part, hits);
      await breath.take();
    }
  }
  return unsearched === undefined ? undefined : new Date(unsearched);
}

async function scanLog(
  reader: Reader,
  query: SearchQuery,
  { id, first, last }: Part,
  hits: Hits,
): Promise<void> {
  let next = first;
  while (next <= last) {
    const lines = await loggedLines(reader, id, next, last);
    if (lines.length === 0) return; // the room was deleted meanwhile
    for (const { line } of lines) {
      if (!line || !isHit(query, line)) continue;
      const { room, seq, author, at } = line;
      hits.add({ room, seq, author, at });
    }
    next = lines.at(-1)!.seq + 1;
  }
}

const TIME = 'select at from entry where room_id = ? and seq = ?';

async function timeOf(reader: Reader, { id, last }: Part): Promise<number> {
  const row = await rowOf<{ at: unknown }>(reader, TIME, id, last);
  return row ? reader.time(row.at) : -Infinity;
}

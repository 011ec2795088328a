import { DatabaseSync } from 'node:sqlite';
import { type BenchRoom, fill, type Reader } from './world.ts';

/** How much there is that a page does not show. */
export interface Size {
  entries: number;
  /** Entries that some of the readers have not read. */
  unread: number;
  present: number;
  openRooms: number;
}

export const SMALL: Size = { entries: 100, unread: 50, present: 10, openRooms: 20 };
export const LARGE: Size = { entries: 1_000_000, unread: 1_000_000, present: 1000, openRooms: 5000 };

const READERS = 10;
const FRIENDS = 20;
/** As long as a message can be, and full of what makes it costly to show. */
const HOSTILE = '*_`<&>"\' https://example.org/a?b=c&d=@ada '.repeat(100).slice(0, 4000).trim();

/** Who reads what in the bench of pages. Each is in their room, and has 20 friends if they are in the first. */
export interface PagesWorld {
  /** In a room of `entries`. Half of them have read all, and half come back to `unread`. */
  upToDate: Reader[];
  returning: Reader[];
  /** In a room of 100 entries with `present` users. */
  inCrowd: Reader[];
  /** In a room of 100 costly messages. */
  inHostile: Reader[];
}

/** Fills a file for the bench of pages. */
export async function fillPages(file: string, size: Size): Promise<PagesWorld> {
  const rooms = await fill(file, [size.entries, 100, 100], [READERS, size.present, FRIENDS]);
  const [room, full, hostile] = rooms as [BenchRoom, BenchRoom, BenchRoom];
  const half = READERS / 2;
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off; begin');
  const now = Date.now();
  const open = database.prepare(
    `insert into room (name, name_key, access, creator_id, last_seq, messages, created_at) values (?1, ?1, 'open', 1, 0, 0, ?2)`,
  );
  for (let id = rooms.length + 1; id <= size.openRooms; id += 1) open.run(`room ${id}`, now);
  database.prepare('update entry set body = ? where room_id = ?').run(HOSTILE, hostile.id);
  database
    .prepare(
      `insert into friendship (low_id, high_id, asker_id, accepted_at)
      select a.user_id, b.user_id, a.user_id, ? from membership a, membership b where a.room_id = ? and b.room_id = ?`,
    )
    .run(now, room.id, hostile.id);
  database
    .prepare(
      `update membership set read_seq = ?1 where room_id = ?2
      and user_id in (select user_id from membership where room_id = ?2 order by user_id limit ?3 offset ?3)`,
    )
    .run(size.entries - size.unread, room.id, half);
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
  return {
    upToDate: room.readers.slice(0, half),
    returning: room.readers.slice(half),
    inCrowd: full.readers.slice(0, half),
    inHostile: hostile.readers,
  };
}

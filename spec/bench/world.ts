import Keygrip from 'keygrip';
import { createHash, randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../server/database/open.ts';

export const KEY = 'a key for the bench';
export const SESSIONS = 200;
const CROWD = 1000;

/** Somebody who polls. */
export interface Reader {
  cookie: string;
  csrf: string;
  room: number;
}

/** A room of the bench, with how far its log goes at first. */
export interface BenchRoom {
  id: number;
  last: number;
  readers: Reader[];
}

/**
 * Fills a file with rooms. The index of the search counts as built, though it is empty: a server would build
 * it for minutes, and what is measured here does not read it.
 * @param histories the number of entries of each room
 * @param people how many are in each room; by default a crowd in the last one
 */
export async function fill(
  file: string,
  histories: number[],
  people: number[] = histories.map((_, index) => (index === histories.length - 1 ? CROWD : SESSIONS)),
): Promise<BenchRoom[]> {
  await (await openDatabase(file)).close();
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off; begin');
  const now = Date.now();
  const keygrip = new Keygrip([KEY], 'sha256');
  const person = database.prepare(
    `insert into user (username, username_key, email, email_key, password_hash, created_at) values (?1, ?1, ?1, ?1, '', ?2)`,
  );
  const session = database.prepare(
    'insert into session (id, user_id, data, created_at, seen_at, user_agent) values (?, ?, ?, ?, ?, ?)',
  );
  const join = database.prepare(
    `insert into membership (room_id, user_id, role, joined_at, read_seq, hidden) values (?, ?, 'member', ?, ?, 0)`,
  );
  const enter = database.prepare(
    `insert into presence (user_id, room_id, lease, expires_at, closing) values (?, ?, 'script', ?, 0)`,
  );
  person.run('ada', now);
  const rooms = histories.map((last, index): BenchRoom => {
    const id = index + 1;
    database
      .prepare(
        `insert into room (name, name_key, access, creator_id, last_seq, messages, created_at) values (?1, ?1, 'open', 1, ?2, ?2, ?3)`,
      )
      .run(`room ${id}`, last, now);
    database
      .prepare(`insert into entry (room_id, seq, messages, kind, author_id, body, at)
      with recursive n(seq) as (select 1 union all select seq + 1 from n where seq < ?2)
      select ?1, seq, seq, 'message', 1, 'A message of some length, as people write them: number ' || seq || '.', ?3 - (?2 - seq) * 1000 from n`)
      .run(id, last, now);
    database.prepare('insert into searched_room (room, low, high) values (?, 1, ?)').run(id, last);
    const readers = Array.from({ length: people[index]! }, (_, number): Reader => {
      const user = Number(person.run(`reader-${id}-${number}`, now).lastInsertRowid);
      const [key, csrf] = [randomUUID(), randomUUID()];
      session.run(
        createHash('sha256').update(key).digest('base64url'),
        user,
        JSON.stringify({ userId: user, csrf }),
        now,
        now,
        '',
      );
      join.run(id, user, now, last);
      enter.run(user, id, now + 3_600_000);
      return { cookie: `sid=${key}; sid.sig=${keygrip.sign(`sid=${key}`)}`, csrf, room: id };
    });
    return { id, last, readers };
  });
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
  return rooms;
}

/** How many entries each room has, by its own count and by counting the rows. */
export function counts(file: string, room: number): { last: number; rows: number } {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(
        'select last_seq as last, (select count(*) from entry where room_id = room.id) as rows from room where id = ?',
      )
      .get(room) as { last: number; rows: number };
  } finally {
    database.close();
  }
}

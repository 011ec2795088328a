import { DatabaseSync } from 'node:sqlite';
import { readerOf } from '../../server/database/connect-live.ts';
import { openDatabase } from '../../server/database/open.ts';
import { SearchIndexer } from '../../server/live/search-indexer.ts';
import { random as randomFrom } from '../support/random.ts';
import { talk } from './talk.ts';

export const ROOMS = 1000;
const PEOPLE = 100;
const SEED = 18;

/** Fills a file with messages in a thousand rooms. The first user is a member of all, the second of one. */
export async function fillSearch(file: string, entries: number): Promise<void> {
  await (await openDatabase(file)).close();
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off; begin');
  const now = Date.now();
  const random = randomFrom(SEED);
  const say = talk(random);
  const [person, room, join, entry] = [
    `insert into user (username, username_key, email, email_key, password_hash, created_at) values (?1, ?1, ?1, ?1, '', ?2)`,
    `insert into room (name, name_key, access, creator_id, last_seq, messages, created_at) values (?1, ?1, 'open', 1, 0, 0, ?2)`,
    `insert into membership (room_id, user_id, role, joined_at, read_seq, hidden) values (?, ?, 'member', ?, 0, 0)`,
    `insert into entry (room_id, seq, messages, kind, author_id, body, at) values (?1, ?2, ?2, 'message', ?3, ?4, ?5)`,
  ].map((sql) => database.prepare(sql)) as [Statement, Statement, Statement, Statement];
  for (let number = 1; number <= PEOPLE; number += 1) person.run(`reader-${number}`, now);
  for (let number = 1; number <= ROOMS; number += 1) {
    room.run(`room ${number}`, now);
    join.run(number, 1, now);
  }
  join.run(7, 2, now);
  const last = Array<number>(ROOMS + 1).fill(0);
  for (let number = 1; number <= entries; number += 1) {
    const id = 1 + Math.floor(random() * ROOMS);
    const author = 1 + Math.floor(random() * PEOPLE);
    entry.run(id, (last[id]! += 1), author, say(), now - (entries - number) * 1000);
  }
  const counted = database.prepare('update room set last_seq = ?1, messages = ?1 where id = ?2');
  for (const [id, seq] of last.entries()) counted.run(seq, id);
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
}

type Statement = ReturnType<DatabaseSync['prepare']>;

/** Builds the index without rests. Returns what it has cost, in milliseconds of CPU. */
export async function buildIndex(file: string): Promise<number> {
  const orm = await openDatabase(file);
  const reader = await readerOf(orm);
  let left = true;
  const indexer = new SearchIndexer({
    em: () => orm.em.fork(),
    reader,
    log: { info: (line) => console.error(line), error: (error) => console.error(error) },
  });
  const { user, system } = process.cpuUsage();
  while (left) {
    await indexer.tick();
    left = (await reader.rows('select 1 as one from searched_room where low > 1 limit 1')).length > 0;
  }
  const cpu = process.cpuUsage({ user, system });
  await indexer.stop();
  await orm.close();
  return (cpu.user + cpu.system) / 1000;
}

import { DatabaseSync } from 'node:sqlite';
import { NEIGHBOURS, rowWith } from '../../server/chat/search-bits.ts';
import { CHUNKS, linesOf, numbersOf, packed, packedNumbers } from '../../server/chat/search-index.ts';
import type { Reader } from '../../server/chat/reader.ts';
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
export const buildIndex = (file: string): Promise<number> =>
  withIndexer(file, async (indexer, reader) => {
    let isLeft = true;
    const begun = process.cpuUsage();
    while (isLeft) {
      await indexer.tick();
      isLeft = (await reader.rows('select 1 as one from searched_room where low > 1 limit 1')).length > 0;
    }
    return millisecondsSince(begun);
  });

async function withIndexer(
  file: string,
  work: (indexer: SearchIndexer, reader: Reader) => Promise<number>,
): Promise<number> {
  const orm = await openDatabase(file);
  const reader = await readerOf(orm);
  const indexer = new SearchIndexer({
    em: () => orm.em.fork(),
    reader,
    log: { info: (line) => console.error(line), error: (error) => console.error(error) },
  });
  const result = await work(indexer, reader);
  await indexer.stop();
  await orm.close();
  return result;
}

function millisecondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

const COPY_SEGMENTS = `
  insert into search_segment (id, chunks, closed, earliest, latest, oldest, newest, rooms)
  values (?, ?, true, ?, ?, ?, ?, ?)`;

/** Repeats the closed segments of an index, each time as if they had been said before: as of many times as many messages. */
export function copyIndex(file: string, times: number): void {
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off; begin');
  const [segments, chunks, bits] = [
    'select * from search_segment where closed',
    'select * from search_chunk where id < ?',
    'insert into search_bits select id + ?, bits from search_bits where id < ?',
  ].map((sql) => database.prepare(sql)) as [Statement, Statement, Statement];
  const addSegment = database.prepare(COPY_SEGMENTS);
  const addChunk = database.prepare('insert into search_chunk (id, texts, numbers) values (?, ?, ?)');
  const closed = segments.all() as unknown as SegmentCopy[];
  const [first, last] = [
    Math.min(...closed.map(({ earliest }) => earliest)),
    Math.max(...closed.map(({ latest }) => latest)),
  ];
  const length = Math.ceil((closed.length + 1) / NEIGHBOURS) * NEIGHBOURS;
  for (let copy = 1; copy < times; copy += 1) {
    const [shift, seconds] = [copy * length, copy * (last - first)];
    const earlier = (packed: string) => packedNumbers([...numbersOf(packed)].map((time) => time - seconds));
    for (const { id, chunks, earliest, latest, oldest, newest, rooms } of closed)
      addSegment.run(
        id + shift,
        chunks,
        earliest - seconds,
        latest - seconds,
        earlier(oldest),
        earlier(newest),
        rooms,
      );
    for (const row of chunks.iterate(closed.length * CHUNKS) as Iterable<ChunkCopy>)
      addChunk.run(
        row.id + shift * CHUNKS,
        row.texts,
        packed(linesOf(row).map((line) => ({ ...line, at: line.at - seconds * 1000 }))),
      );
    bits.run(rowWith(shift, 0), rowWith(length, 0));
  }
  database.exec('commit; pragma wal_checkpoint(truncate)');
  database.close();
}

interface ChunkCopy {
  id: number;
  texts: string;
  numbers: string;
}

interface SegmentCopy {
  id: number;
  chunks: number;
  earliest: number;
  latest: number;
  oldest: string;
  newest: string;
  rooms: string;
}

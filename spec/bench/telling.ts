import type { MikroORM } from '@mikro-orm/sql';
import { join } from 'node:path';
import { Away } from '../../server/chat/away.ts';
import { spreadNews } from '../../server/chat/due.ts';
import { Membership } from '../../server/chat/membership.ts';
import { postAll, type RunStatements } from '../../server/chat/post-batch.ts';
import { connectLive } from '../../server/database/connect-live.ts';
import { openDatabase } from '../../server/database/open.ts';
import { enrolMany, houseOf } from '../support/domain.ts';
import { startPostgres } from '../support/postgres.ts';
import { type Figures, inTurns, round } from './measure.ts';
import { cpuOf } from './scale-machine.ts';

type Add = (what: string, measured: string, ratio?: string, goal?: string) => void;

const AUTHORS = 64;
const AWAY = 1000;
/** Messages that are stored at once, and how many times in a turn. */
const BATCHES: [size: number, times: number][] = [
  [1, 5],
  [64, 1],
];
const TURNS = 201;

/** What a post costs more because users are told what they have not read: beside posts that note no news. */
export async function benchTelling(folder: string, add: Add): Promise<void> {
  await measure('SQLite', join(folder, 'telling.db'), add);
  const postgres = await startPostgres({ isDurable: true });
  try {
    await measure('PostgreSQL', await postgres.create(), add);
  } finally {
    await postgres.end();
  }
}

async function measure(name: string, where: string, add: Add): Promise<void> {
  const orm = await openDatabase(where);
  const live = await connectLive(orm);
  const room = await houseWith(orm);
  const ofServer = name === 'SQLite' ? () => 0 : await cpuOf(orm);
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return ofServer() + (user + system) / 1000;
  };
  const run = live.runStatements!;
  const bare: RunStatements = (rooms, statements) =>
    run(
      rooms,
      statements.filter(({ sql }) => !sql.startsWith('insert into news')),
    );
  const outsider = (await enrolMany(orm, ['outsider']))[0]!;
  for (const [who, prepare] of [
    ['nobody', async () => {}],
    ['one user elsewhere', async () => choose(orm, [outsider])],
    [`${AWAY} members of the room`, async () => choose(orm, await awayIn(orm, room))],
  ] as const) {
    await prepare();
    for (const [size, times] of BATCHES) {
      const post = (run: RunStatements) => () => costOf(orm, { room, size, times, run, cpu });
      const [without, now] = await inTurns([post(bare), post(run)], TURNS);
      const percent = (index: number) => `${round((now![index]! / without![index]! - 1) * 100)} %`;
      add(
        `${name}: ${size === 1 ? 'a post' : `${size} posts at once`}, ${who} to be told`,
        `${round(now![0]!, 3)} CPU-ms, ${round(now![1]!, 3)} ms`,
        `${percent(0)} more CPU time, ${percent(1)} more time`,
        '10 %',
      );
    }
  }
  const began = performance.now();
  await spreadNews(orm.em.fork());
  add(`${name}: one look that finds all ${AWAY}`, `${round(performance.now() - began)} ms`);
  await live.close();
  await orm.close();
}

/** A room of people who post, from outside. */
async function houseWith(orm: MikroORM): Promise<number> {
  await enrolMany(orm, ['ada']);
  const room = await houseOf(orm).room('ada', 'lobby');
  await enterAll(orm, room, await enrolMany(orm, namesOf('author', AUTHORS)));
  return room;
}

/** Members who have not read the room. */
async function awayIn(orm: MikroORM, room: number): Promise<number[]> {
  const ids = await enrolMany(orm, namesOf('away', AWAY));
  await enterAll(orm, room, ids);
  return ids;
}

const namesOf = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}${index}`);

async function enterAll(orm: MikroORM, room: number, users: number[]): Promise<void> {
  const rows = users.map((user) => ({ room, user, role: 'member' as const, joinedAt: new Date() }));
  await orm.em.fork().insertMany(Membership, rows);
}

async function choose(orm: MikroORM, users: number[]): Promise<void> {
  const rows = users.map((user) => ({ user, what: 'all' as const, stopKey: `key ${user}` }));
  await orm.em.fork().insertMany(Away, rows);
}

interface Posting {
  room: number;
  size: number;
  times: number;
  run: RunStatements;
  cpu: () => number;
}

/** The CPU time and the time of a batch, in milliseconds. */
async function costOf(orm: MikroORM, { room, size, times, run, cpu }: Posting): Promise<Figures> {
  const [spent, began] = [cpu(), performance.now()];
  for (let count = 0; count < times; count += 1) {
    const posts = Array.from({ length: size }, (_, index) => ({
      user: 2 + index, // ada is the first
      room,
      body: 'A message of some length, as people write them.',
      key: crypto.randomUUID(),
      now: new Date(),
      isFromOutside: true,
    }));
    const stored = await postAll(orm.em.fork(), posts, run);
    if (stored.includes(undefined)) throw new Error('A message was refused.');
  }
  return [(cpu() - spent) / times, (performance.now() - began) / times];
}

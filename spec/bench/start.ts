// What a server costs before anybody comes, and once 1,000 users have come.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Visitor } from '../support/visitor.ts';
import { load, round } from './measure.ts';
import { Contender } from './process.ts';
import { counts, fill, KEY, type Reader } from './world.ts';

const STARTS = 5;
const USERS = 1000;
const AT_ONCE = 8;
const ENTRIES = 1000;
const ENTRIES_AN_ANSWER = 200;
const POLL_SECONDS = 60;
const SETTLE_MS = 5000;

type Add = (what: string, measured: string, ratio?: string, goal?: string) => void;

export async function benchStart(folder: string, add: Add): Promise<void> {
  const file = join(folder, 'start.db');
  await fill(file, [ENTRIES], [1]);
  const costs: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const app = await serve(file);
    costs.push(app.cpu());
    await app.stop();
  }
  const [best, , median] = costs.toSorted((a, b) => a - b);
  add(
    'a start, until it is ready',
    `${round(median! / 1000, 2)} s of CPU`,
    `${round(best! / 1000, 2)} s the best of ${STARTS}`,
    '1.5 s',
  );
  const app = await serve(file);
  try {
    await pause(SETTLE_MS);
    add('memory after a start', `${megabytes(app)} MB`, '', '130 MB');
    const readers = await usersOf(app.base);
    add(
      `memory when ${USERS} users have registered, entered and caught up ${ENTRIES} entries`,
      `${megabytes(app)} MB`,
    );
    await load({
      kind: 'crowd',
      base: app.base,
      readers,
      poster: readers[0]!,
      after: counts(file, 1).last,
      seconds: POLL_SECONDS,
      pollEveryMs: 1000,
      postEveryMs: 0,
      connections: 50,
    });
    add('memory when they have polled for a minute', `${megabytes(app)} MB`, '', '250 MB');
  } finally {
    await app.stop();
  }
}

/** A server as `npm start` runs it: with its flags, its caches, and passwords hashed as in production. */
const serve = (file: string): Promise<Contender> =>
  new Contender('Plainchat', ['config/node.mjs', 'server/index.ts'], {
    CHAT_DB: file,
    SESSION_KEYS: KEY,
    RATE_LIMITS: 'off',
  }).ready();

const megabytes = (app: Contender): string => round(app.memory() / 2 ** 20, 0);

/** Registers users, each of whom enters the room and reads all of it. */
async function usersOf(base: string): Promise<Reader[]> {
  const readers: Reader[] = [];
  const names = Array.from({ length: USERS }, (_, index) => `user${index}`);
  const one = async () => {
    for (let name = names.pop(); name; name = names.pop()) {
      const visitor = new Visitor(base);
      await visitor.register(name);
      await visitor.enter(1);
      for (let after = 0; after < ENTRIES; after += ENTRIES_AN_ANSWER)
        await visitor.getJson(`/rooms/1/entries?after=${after}`);
      readers.push({ cookie: visitor.cookieHeader, csrf: await visitor.token(), room: 1 });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return readers;
}

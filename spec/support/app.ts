import type { SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sql';
import Keygrip from 'keygrip';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Env, readEnv } from '../../config/env.ts';
import { type AppOptions, createApp } from '../../server/app.ts';
import type { Reader } from '../../server/chat/reader.ts';
import { beginSession } from '../../server/chat/session.ts';
import { connectLive } from '../../server/database/connect-live.ts';
import { CONNECTION_TIMES, type ConnectionTimes, createHttpServer } from '../../server/live/connections.ts';
import type { Leases } from '../../server/live/leases.ts';
import type { RateLimiter } from '../../server/live/rate-limiter.ts';
import { freshToken } from '../../server/middleware/csrf.ts';
import { cookieOptions } from '../../server/middleware/session.ts';
import { withDatabase } from './database.ts';
import { enrolled } from './domain.ts';
import { atEnd } from './teardown.ts';
import { Visitor } from './visitor.ts';

/** Signs the cookies of the app. */
const KEY = 'a key for specs';
const keys = new Keygrip([KEY], 'sha256');

/** A running app of a spec's own: its own database, its own port, a clock that the spec turns. */
export interface World {
  /** `http://127.0.0.1:PORT` */
  base: string;
  orm: MikroORM;
  /** Reads plain rows, as the app does. */
  reader: Reader;
  /** A fresh unit of work. */
  em(): EntityManager;
  leases: Leases;
  rateLimiter: RateLimiter;
  /** Has the app do its chores: signs of life and what was read are written down, and leases end. */
  tick(): Promise<void>;
  /** The folder of the app's own that files are kept in. */
  filesDir: string;
  clock: { now(): Date; pass(ms: number): void };
  /** Somebody in a browser of their own, not logged in. */
  visitor(): Visitor;
  /** Somebody with an account, logged in: `ada`, `grace`, `linus`. Nothing is asked of the app for it. */
  cast(username: string): Promise<Visitor>;
}

/** What the apps of this process keep their files in, each in a folder of its own that it makes once it needs one. */
const FILES = mkdtempSync(join(tmpdir(), 'plainchat-files-'));
atEnd(async () => rmSync(FILES, { recursive: true }));
let apps = 0;

/** Runs `work` in a world of its own, and clears it away whatever happens. */
export function withApp(
  work: (world: World) => Promise<void>,
  changes: Partial<Env> = {},
  { times = {}, ...options }: Partial<AppOptions> & { times?: Partial<ConnectionTimes> } = {},
): () => Promise<void> {
  return () =>
    withDatabase(async (orm) => {
      const filesDir = join(FILES, String((apps += 1)));
      const env = { ...readEnv({}), chatDb: ':memory:', filesDir, scryptLogN: 4, ...changes };
      let time = Date.now();
      const clock = { now: () => new Date(time), pass: (ms: number) => void (time += ms) };
      const live = await connectLive(orm);
      const { listener, housekeeping, leases, rateLimiter, streams } = createApp({
        orm,
        live,
        env,
        keys: [KEY],
        clock: clock.now,
        ...options,
      });
      const server = createHttpServer(listener, { ...CONNECTION_TIMES, ...times });
      await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const visitor = () => new Visitor(base);
      try {
        await work({
          base,
          orm,
          reader: live.reader,
          leases,
          rateLimiter,
          tick: () => housekeeping.tick(),
          filesDir,
          clock,
          visitor,
          em: () => orm.em.fork(),
          cast: async (username) => {
            const person = visitor();
            await logIn(person, username, { orm, clock, env });
            return person;
          },
        });
      } finally {
        streams.close();
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
        await live.close();
      }
    });
}

/** Creates an account with a session, by the rows that registering leaves, and gives the cookies to the person. */
async function logIn(
  person: Visitor,
  username: string,
  { orm, clock, env }: Pick<World, 'orm' | 'clock'> & { env: Env },
): Promise<void> {
  const { id } = await enrolled(orm, username, clock.now());
  const [key, csrf] = [randomBytes(24).toString('base64url'), freshToken()];
  await beginSession(orm.em.fork(), key, { userId: id, csrf }, clock.now(), 'node');
  const sid = cookieOptions(env.publicUrl?.protocol === 'https:').name('sid');
  person.begin(username, csrf, [
    [sid, key],
    [`${sid}.sig`, keys.sign(`${sid}=${key}`)],
  ]);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MikroORM, SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { readEnv, type Env } from '../../config/env.ts';
import { createApp } from '../../server/app.ts';
import { openLive } from '../../server/database/live.ts';
import type { Leases } from '../../server/live/leases.ts';
import { withDatabase } from './database.ts';
import { Visitor } from './visitor.ts';

/** A running app of a spec's own: its own database, its own port, a clock that the spec turns. */
export interface World {
  /** `http://127.0.0.1:PORT` */
  base: string;
  orm: MikroORM;
  /** A fresh unit of work. */
  em(): EntityManager;
  leases: Leases;
  /** The folder of the app's own that files are kept in. */
  filesDir: string;
  clock: { now(): Date; pass(ms: number): void };
  /** Somebody in a browser of their own, not logged in. */
  visitor(): Visitor;
  /** Somebody with an account, logged in: `ada`, `grace`, `linus`. */
  cast(username: string): Promise<Visitor>;
}

/** Runs `work` in a world of its own, and clears it away whatever happens. */
export function withApp(
  work: (world: World) => Promise<void>,
  changes: Partial<Env> = {},
): () => Promise<void> {
  return () =>
    withDatabase(async (orm) => {
      const filesDir = mkdtempSync(join(tmpdir(), 'plainchat-files-'));
      const env = { ...readEnv({}), chatDb: ':memory:', filesDir, scryptLogN: 4, ...changes };
      let time = Date.now();
      const clock = { now: () => new Date(time), pass: (ms: number) => void (time += ms) };
      const live = await openLive(orm);
      const { listener, leases, streams } = createApp({
        orm,
        live,
        env,
        keys: ['a key for specs'],
        clock: clock.now,
      });
      const server = createServer(listener);
      await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const visitor = () => new Visitor(base);
      try {
        await work({
          base,
          orm,
          leases,
          filesDir,
          clock,
          visitor,
          em: () => orm.em.fork() as EntityManager,
          cast: async (username) => {
            const person = visitor();
            await person.register(username);
            return person;
          },
        });
      } finally {
        streams.close();
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
        await live.close();
        rmSync(filesDir, { recursive: true });
      }
    });
}

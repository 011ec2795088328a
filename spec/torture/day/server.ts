import { type ChildProcess, spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TICKS_A_SECOND = 100; // USER_HZ, the same on all of Linux
const MB = 2 ** 20;
const METRICS_TOKEN = 'a token for the day';
/** A server that takes less CPU time in a second does nothing but its chores, in milliseconds. */
const IDLE_MS = 50;
const IDLE_SECONDS = 8;

/** A group of processes that may not take more memory; the kernel ends one of them if they need more. */
class MemoryGroup {
  readonly folder = `/sys/fs/cgroup/memory/plainchat-day-${process.pid}`;
  readonly isSet: boolean;

  /** Without the rights to it, or on another system, nothing is limited. */
  constructor(mb: number) {
    this.isSet = false;
    try {
      mkdirSync(this.folder);
      writeFileSync(join(this.folder, 'memory.limit_in_bytes'), String(mb * MB));
      this.isSet = true;
    } catch {}
  }

  /** How often the group has reached its limit, so that files had to leave the memory. */
  get reached(): number {
    return this.isSet ? Number(readFileSync(join(this.folder, 'memory.failcnt'), 'utf8')) : NaN;
  }

  remove(): void {
    if (existsSync(this.folder)) rmdirSync(this.folder);
  }
}

/** The server as `npm start` runs it, behind a proxy, within so much memory. */
export class LimitedServer {
  base = '';
  /** The most memory of its processes at the end of a second, in MB. */
  mostMb = 0;
  /** The largest of the delays of its event loop, in seconds, as its metrics tell them. */
  mostDelay = { p99: 0, most: 0 };
  exit: number | NodeJS.Signals | undefined;
  readonly group: MemoryGroup;
  readonly #process: ChildProcess;
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string, mb: number, variables: Record<string, string>) {
    this.group = new MemoryGroup(mb);
    const join_ = this.group.isSet ? `echo $$ > ${this.group.folder}/cgroup.procs; ` : '';
    this.#process = spawn(
      'sh',
      ['-c', `${join_}exec "$0" config/node.mjs server/index.ts`, process.execPath],
      {
        cwd: ROOT,
        env: {
          PATH: process.env.PATH,
          PORT: '0',
          CHAT_DB: join(folder, 'chat.db'),
          METRICS_TOKEN,
          TRUST_PROXY: '1',
          ...variables,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#process.once('exit', (code, signal) => (this.exit = signal ?? code ?? 0));
    this.#process.stderr!.pipe(createWriteStream(join(folder, 'log')));
    this.#timer = setInterval(() => (this.mostMb = Math.max(this.mostMb, this.mb())), 1000).unref();
  }

  /** Waits until it has said where it listens. @throws if it ends before */
  async ready(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let printed = '';
    this.#process.stdout!.on('data', (chunk) => {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec((printed += chunk)) ?? [];
      if (address) resolve(address);
    });
    this.#process.once('exit', () => reject(new Error(`The server has ended: ${printed}`)));
    this.base = await promise;
  }

  /** Waits until it has done what it began by itself, as the index of what was filled in. */
  async settled(): Promise<void> {
    for (let idleSeconds = 0; idleSeconds < IDLE_SECONDS;) {
      const before = this.cpuMs();
      await new Promise((go) => setTimeout(go, 1000));
      if (this.exit !== undefined) throw new Error(`The server has ended with ${this.exit}.`);
      idleSeconds = this.cpuMs() - before < IDLE_MS ? idleSeconds + 1 : 0;
    }
  }

  /** The CPU time that its processes have taken. */
  cpuMs(): number {
    const ticks = this.#pids().map((pid) => {
      const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
      return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    });
    return (ticks.reduce((sum, one) => sum + one, 0) * 1000) / TICKS_A_SECOND;
  }

  /** The memory of its processes. */
  mb(): number {
    const kb = this.#pids().map((pid) =>
      Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0),
    );
    return kb.reduce((sum, one) => sum + one, 0) / 1024;
  }

  /** The most memory that its own process has had, as the kernel noted it. */
  peakMb(): number {
    return Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${this.#process.pid}/status`))?.[1] ?? NaN) / 1024;
  }

  /** Its metrics by name and labels. */
  async metrics(): Promise<Map<string, number>> {
    const answer = await fetch(`${this.base}/metrics`, {
      headers: { Authorization: `Bearer ${METRICS_TOKEN}` },
    });
    const lines = (await answer.text()).split('\n').filter((line) => line && !line.startsWith('#'));
    const all = new Map(
      lines.map((line) => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' ') + 1)),
      ]),
    );
    const delay = (name: string) => all.get(`nodejs_eventloop_lag_${name}_seconds`) ?? 0;
    this.mostDelay.p99 = Math.max(this.mostDelay.p99, delay('p99'));
    this.mostDelay.most = Math.max(this.mostDelay.most, delay('max'));
    return all;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.exit === undefined) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGTERM');
      await ended;
    }
    this.group.remove();
  }

  #pids(): number[] {
    const { pid = 0 } = this.#process;
    const children = readdirSafely(`/proc/${pid}/task`).flatMap((thread) =>
      read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
    );
    return [pid, ...children];
  }
}

/** The text of a file; '' if it is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readdirSafely(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

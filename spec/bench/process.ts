import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TICKS_A_SECOND = 100; // USER_HZ, the same on all of Linux
/** A server that takes less CPU time in a second does nothing but its chores, in milliseconds. */
const IDLE_MS = 50;
/** It begins some of it only after some seconds. */
const IDLE_SECONDS = 8;
/** Where memory that is not used is taken away, as on some virtual machines, chores alone cost more than that. */
const MOST_SECONDS = 40;

/** A server as a process of its own, with what it has cost so far. */
export class Contender {
  readonly name: string;
  base = '';
  readonly #process: ChildProcess;

  /** Starts a script; `variables` are its environment. */
  constructor(name: string, args: string[], variables: Record<string, string> = {}) {
    this.name = name;
    this.#process = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, PORT: '0', ...variables },
      stdio: ['ignore', 'pipe', process.env.SHOW ? 'inherit' : 'ignore'],
    });
  }

  /** Waits until it has said where it listens. */
  async ready(): Promise<this> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let printed = '';
    this.#process.stdout!.on('data', (chunk) => {
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec((printed += chunk)) ?? [];
      if (address) resolve(address);
    });
    this.#process.once('exit', () => reject(new Error(`${this.name} has ended: ${printed}`)));
    this.base = await promise;
    return this;
  }

  /** Waits until it has done what it began by itself, as the index of what was filled in; not for ever, since chores go on. */
  async settled(): Promise<this> {
    for (let idleSeconds = 0, waited = 0; idleSeconds < IDLE_SECONDS && waited < MOST_SECONDS; waited += 1) {
      const before = this.cpu();
      await pause(1000);
      idleSeconds = this.cpu() - before < IDLE_MS ? idleSeconds + 1 : 0;
    }
    return this;
  }

  /** The CPU time that it has taken, all its threads, in milliseconds. */
  cpu(): number {
    const fields = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_A_SECOND;
  }

  /** Its memory, in bytes. */
  memory(): number {
    return (
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#process.pid}/status`, 'utf8'))![1]) * 1024
    );
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }
}

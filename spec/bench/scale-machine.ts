import type { MikroORM } from '@mikro-orm/sql';
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The CPU time that a PostgreSQL on this machine takes, all its processes, in milliseconds. */
export async function cpuOf(orm: MikroORM): Promise<() => number> {
  const [row] = await orm.em.execute<{ pid: number }[]>('select pg_backend_pid() as pid');
  const parent = parentOf(row!.pid)!;
  return () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && (Number(name) === parent || parentOf(Number(name)) === parent))
      .reduce((sum, pid) => sum + spentBy(pid), 0);
}

/** How long a flush of 8 kB, a page of PostgreSQL's log, takes on the disk with the temporary files, in milliseconds. */
export function flushMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'plainchat-flush-'));
  const file = openSync(join(folder, 'log'), 'w');
  const times = Array.from({ length: 101 }, () => {
    const start = performance.now();
    writeSync(file, Buffer.alloc(8192, 1), 0, 8192, 0);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  rmSync(folder, { recursive: true });
  return times.toSorted((a, b) => a - b)[50]!;
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
  } catch {
    return undefined; // it has ended
  }
}

function spentBy(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0;
  }
}

// What Linux tells of its processes in `/proc`.
import { readdirSync, readFileSync } from 'node:fs';

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** What a file of `/proc` has; empty where its process has ended, or belongs to somebody else. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a process of these groups runs, or waits for a processor, just now. */
export function isBusy(groups: (number | undefined)[]): boolean {
  return pids().some((pid) => {
    const [state, , group] = contentOf(`/proc/${pid}/stat`).split(') ').at(-1)!.split(' ');
    return state === 'R' && groups.includes(Number(group));
  });
}

/** Ends every process that has this line in its environment. */
export function endAllOf(line: string): void {
  for (const pid of pids())
    if (contentOf(`/proc/${pid}/environ`).split('\0').includes(line)) signal(pid, 'SIGKILL');
}

/** @param pid of a program; negative: and of all that it has started */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    /* it has ended by itself */
  }
}

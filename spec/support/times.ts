// How long each file of specs took in the last run, so that the longest begin first.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../node_modules/.cache/spec-times.json', import.meta.url));

/** In milliseconds, by the path of the file below spec/. Empty before the first run. */
export function lastTimes(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

/** Keeps the times of a run; those of files that it left out stay. */
export function saveTimes(times: Map<string, number>): void {
  try {
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, JSON.stringify({ ...lastTimes(), ...Object.fromEntries(times) }));
  } catch {
    // The next run begins in another order.
  }
}

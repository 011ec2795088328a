import { mkdirSync, readFileSync, renameSync, rm, writeFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';

/** Beside the code that Node.js keeps compiled, so that one writable folder is enough. */
const FOLDER = getCompileCacheDir() ?? fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/**
 * Returns what `build` returned for the same key, now or at an earlier start. If the folder of the cache
 * cannot be written, each start builds.
 * @param name of the file in the cache; it holds the result of the last key only
 */
export function cachedBuild<T>(name: string, key: string, build: () => T, folder = FOLDER): T {
  const file = join(folder, name);
  const cached = read<T>(file);
  if (cached?.key === key) return cached.result;
  const result = build();
  write(file, { key, result });
  return result;
}

interface Cached<T> {
  key: string;
  result: T;
}

function read<T>(file: string): Cached<T> | undefined {
  try {
    return deserialize(readFileSync(file)) as Cached<T>;
  } catch {
    return undefined; // no such file, or a damaged one
  }
}

/** Writes the file as a whole: another server may read it at the same time. */
function write<T>(file: string, cached: Cached<T>): void {
  const part = `${file}.${process.pid}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(part, serialize(cached));
    renameSync(part, file);
  } catch {
    rm(part, () => {}); // half written, if the disk is full
  }
}

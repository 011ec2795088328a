import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNamesAmong } from '../chat/attachment.ts';
import {
  exchangeStamp,
  type FilesIdentity,
  filesIdentity,
  filesTag,
  freshStamp,
} from '../chat/files-identity.ts';

const HOUR_MS = 3_600_000;
/** After this long, a file without a message is removed. Longer than any import takes: its files come first, and then their messages. */
const UNUSED_MS = 24 * HOUR_MS;
const BATCH = 512;
/** The file with the stamp of the database that the folder belongs to. */
export const MARK = '.plainchat';
const OWN_NAME = /^[0-9a-f]{32}(\.part)?$/;

interface Parts {
  path: string;
  em: () => EntityManager;
  log: { info(values: object, sentence: string): void; warn(values: object, sentence: string): void };
  clock: () => Date;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  elapsed?: () => number;
}

/**
 * Removes files that an interrupted upload, or the deletion of a room, has left. It touches only what this
 * database wrote: the folder has its stamp, and the name its tag. Not in the first hour of a process, and
 * never most of a folder: then the database is more likely to be wrong than the files.
 */
export class Sweep {
  readonly #parts: Parts;
  readonly #elapsed: () => number;
  /** When it last looked; undefined while there is no folder. */
  #lookedAt: number | undefined;
  #sweptAt: number;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#elapsed = parts.elapsed ?? (() => performance.now());
    this.#sweptAt = this.#elapsed();
  }

  /** Marks the folder once there is one, and sweeps it once an hour. */
  async tick(): Promise<void> {
    const now = this.#elapsed();
    if (this.#lookedAt !== undefined && now - this.#lookedAt < HOUR_MS) return;
    const names = await readdir(this.#parts.path).catch(() => undefined);
    if (!names) return; // no folder before the first file
    this.#lookedAt = now;
    const own = names.filter((name) => OWN_NAME.test(name));
    const identity = await filesIdentity(this.#parts.em());
    if (!(await this.#isOurs(own, identity)) || now - this.#sweptAt < HOUR_MS) return;
    this.#sweptAt = now;
    if (await this.#renewStamp(identity)) await this.#sweep(own);
  }

  /** Whether the folder has the stamp of this database. Marks a folder that has none, if most of its files are of this database. */
  async #isOurs(own: string[], identity: FilesIdentity): Promise<boolean> {
    const mark = join(this.#parts.path, MARK);
    const found = await readFile(mark, 'utf8').catch(() => undefined);
    if (found?.split('\n').includes(identity.stamp)) return true;
    if (found === undefined && (await this.#countOurs(own)) * 2 >= own.length) {
      await this.#writeMark([identity.stamp]);
      return true;
    }
    this.#parts.log.warn(
      { folder: this.#parts.path },
      `FILES_DIR belongs to another database, or to a copy of this one, so no file is removed from it. Check FILES_DIR, CHAT_DB and DATABASE_URL. If they are right, delete ${mark}.`,
    );
    return false;
  }

  /** How many of the files are of this database: those of messages, and those that this database named and that are too young to be left over, as of a message that is being sent. */
  async #countOurs(own: string[]): Promise<number> {
    const tag = await filesTag(this.#parts.em());
    const used = await this.#namesInUse(own);
    let count = used.size;
    for (const name of own)
      if (!used.has(name) && name.startsWith(tag) && !(await isOld(join(this.#parts.path, name)))) count += 1;
    return count;
  }

  /** @returns false if another server of this database is sweeping */
  async #renewStamp(identity: FilesIdentity): Promise<boolean> {
    const { em, clock } = this.#parts;
    if (identity.sweptAt && Math.abs(clock().getTime() - identity.sweptAt.getTime()) < HOUR_MS) return false;
    const fresh = freshStamp();
    const isRenewed = await em().transactional(async (em) => {
      if (!(await exchangeStamp(em, identity, fresh, clock()))) return false;
      await this.#writeMark([identity.stamp, fresh]); // both, until the exchange is committed
      return true;
    });
    if (isRenewed) await this.#writeMark([fresh]);
    return isRenewed;
  }

  async #sweep(own: string[]): Promise<void> {
    const { path, em, log } = this.#parts;
    const tag = await filesTag(em());
    const used = await this.#namesInUse(own);
    const unused: string[] = [];
    for (const name of own.filter((name) => name.startsWith(tag) && !used.has(name)))
      if (await isOld(join(path, name))) unused.push(name);
    if (unused.length === 0) return;
    if (unused.length * 2 > own.length) {
      log.warn(
        { files: own.length, unused: unused.length },
        'Most files in FILES_DIR belong to no message, so none is removed. Check that this is the right database.',
      );
      return;
    }
    let failed = 0;
    for (const name of unused) await rm(join(path, name)).catch(() => (failed += 1));
    log.warn({ removed: unused.length - failed, failed }, 'Files that belonged to no message were removed.');
  }

  async #namesInUse(names: string[]): Promise<Set<string>> {
    const used = new Set<string>();
    for (let from = 0; from < names.length; from += BATCH)
      for (const name of await fileNamesAmong(this.#parts.em(), names.slice(from, from + BATCH)))
        used.add(name);
    return used;
  }

  /** Writes all of it or nothing. */
  async #writeMark(stamps: string[]): Promise<void> {
    const mark = join(this.#parts.path, MARK);
    const text = `${stamps.join('\n')}\nOf Plainchat: by this it knows which database the files here belong to.\n`;
    await writeFile(`${mark}.part`, text, { mode: 0o600 });
    await rename(`${mark}.part`, mark);
  }
}

/** Whether it is a file that nobody has written to for a day. */
async function isOld(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.isFile() && Date.now() - found.mtimeMs > UNUSED_MS;
}

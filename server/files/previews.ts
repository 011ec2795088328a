import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { FILE_TYPES, type FileType, type StoredFile } from '../chat/entry.ts';

/** A file that is not sent within this time is removed. */
const KEPT_MS = 24 * 3_600_000;
/** Of one user: as many as may reasonably wait in several tabs. With a new one, the oldest goes. */
const MOST_EACH = 2;
const NAME = new RegExp(`^([0-9a-f]{32})\\.(${FILE_TYPES.join('|')})\\.(\\d{1,8})x(\\d{1,8})$`);

/**
 * Files that their senders look at before they send them, in a folder of their own beside those of messages.
 * Everything about a file is in its name, so no row of the database is needed. The name on the disk begins
 * with the user, so nobody else can see or send it.
 */
export class Previews {
  readonly #path: string;
  readonly #tag: () => Promise<string>;

  /** @param path of the folder of files @param tag as of `FileStore` */
  constructor(path: string, tag: () => Promise<string>) {
    this.#path = path;
    this.#tag = tag;
  }

  /** Moves a file here that was just kept. Returns the name of the preview. */
  async add(user: number, { name, type, width, height }: StoredFile): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const preview = `${name}.${type}.${width ?? 0}x${height ?? 0}`;
    await rename(join(this.#path, name), this.#pathOf(user, preview));
    await this.#removeOldest(user);
    return preview;
  }

  /** What the name of a preview says of its file, which is all but the size; undefined if it is none. */
  named(preview: string): StoredFile | undefined {
    const [, name, type, width, height] = NAME.exec(preview) ?? [];
    return name === undefined
      ? undefined
      : {
          name,
          type: type as FileType,
          size: 0,
          width: Number(width) || null,
          height: Number(height) || null,
        };
  }

  /** Returns undefined if the user has no such preview, or no longer. */
  async find(user: number, preview: string): Promise<StoredFile | undefined> {
    const named = this.named(preview);
    const found = named && (await stat(this.#pathOf(user, preview)).catch(() => undefined));
    return found && named && { ...named, size: found.size };
  }

  /** Returns undefined as `find`. */
  async read(user: number, preview: string): Promise<(StoredFile & { content: Readable }) | undefined> {
    const named = this.named(preview);
    const file = named && (await open(this.#pathOf(user, preview)).catch(() => undefined));
    return file && named && { ...named, size: (await file.stat()).size, content: file.createReadStream() };
  }

  /**
   * Moves the file to those of messages while `post` stores its message, and back if that throws. Runs under
   * the user's lock, so a file is never sent twice. Without the file, `post` has to find the message stored already.
   */
  async send<T>(user: number, preview: string, post: () => Promise<T>): Promise<T> {
    const named = this.named(preview);
    if (!named) return post();
    const here = this.#pathOf(user, preview);
    const there = join(this.#path, named.name);
    const isMoved = await rename(here, there).then(
      () => true,
      () => false,
    );
    try {
      return await post();
    } catch (error) {
      if (isMoved) await rename(there, here);
      throw error;
    }
  }

  /** Removes what nobody sent. It touches only files of this database, by the tag in their names. */
  async removeOld(now: Date): Promise<void> {
    const tag = await this.#tag();
    for (const file of await this.#files((name) => name.startsWith(tag)))
      if (now.getTime() - file.changedAt > KEPT_MS) await rm(file.path, { force: true });
  }

  async #removeOldest(user: number): Promise<void> {
    const own = await this.#files((_name, owner) => owner === user);
    own.sort((a, b) => b.changedAt - a.changedAt);
    for (const { path } of own.slice(MOST_EACH)) await rm(path, { force: true });
  }

  async #files(isMeant: (name: string, owner: number) => boolean) {
    const found: { path: string; changedAt: number }[] = [];
    for (const file of await readdir(this.#folder).catch(() => [])) {
      const [, owner, name = ''] = /^(\d+)-(.+)$/.exec(file) ?? [];
      if (!this.named(name) || !isMeant(name, Number(owner))) continue;
      const path = join(this.#folder, file);
      const changed = await stat(path).catch(() => undefined);
      if (changed) found.push({ path, changedAt: changed.mtimeMs });
    }
    return found;
  }

  get #folder(): string {
    return join(this.#path, 'previews');
  }

  #pathOf(user: number, preview: string): string {
    return join(this.#folder, `${user}-${preview}`);
  }
}

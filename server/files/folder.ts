import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isImage, type KeptFile } from '../chat/attachment.ts';
import { Invalid } from '../chat/errors.ts';
import { redraw } from './image.ts';
import { typeOf } from './type.ts';

/** What belongs to no message after this long never will: its upload was cut off, or its room deleted. */
const STRAY_MS = 3_600_000;
const BATCH = 500;

/** The folder beside the database that attachments lie in, under names that nobody can guess. */
export class Folder {
  readonly #path: string;
  #sweptAt = -Infinity;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Keeps what comes in, once it is known to be what is taken: images drawn anew, the rest as it is.
   * It is on the disk when this returns; where it throws, nothing is.
   * @throws Invalid for `file`
   */
  async keep(content: AsyncIterable<Buffer>): Promise<KeptFile> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    const name = randomBytes(16).toString('hex');
    const raw = join(this.#path, `${name}.part`);
    try {
      await pipeline(content, createWriteStream(raw, { mode: 0o600 }));
      return await this.#checked(raw, name);
    } catch (error) {
      await this.remove([name]);
      throw error;
    } finally {
      await rm(raw, { force: true });
    }
  }

  /** Returns the bytes of a file; undefined where it is not there. */
  async read(name: string): Promise<{ size: number; content: Readable } | undefined> {
    // Open before there is a stream: nobody listens for the errors of one that is not sent, as for HEAD.
    const file = await open(join(this.#path, name)).catch(() => undefined);
    return file && { size: (await file.stat()).size, content: file.createReadStream() };
  }

  async remove(names: string[]): Promise<void> {
    for (const name of names) await rm(join(this.#path, name), { force: true });
  }

  /** Removes what has belonged to no message for an hour, once an hour. `among` returns those of the names that do. */
  async sweep(among: (names: string[]) => Promise<string[]>): Promise<void> {
    const now = Date.now();
    if (now - this.#sweptAt < STRAY_MS) return;
    this.#sweptAt = now;
    const names = await readdir(this.#path).catch(() => []); // none yet, before the first file
    for (let index = 0; index < names.length; index += BATCH) {
      const batch = names.slice(index, index + BATCH);
      const kept = new Set(await among(batch));
      for (const name of batch.filter((one) => !kept.has(one))) {
        const found = await stat(join(this.#path, name)).catch(() => undefined);
        if (found && now - found.mtimeMs > STRAY_MS) await this.remove([name]);
      }
    }
  }

  async #checked(raw: string, name: string): Promise<KeptFile> {
    const { size } = await stat(raw);
    if (size === 0)
      throw new Invalid({
        file: 'Choose a file that is not empty: an image (JPEG, PNG, GIF or WebP), a PDF or a text.',
      });
    const type = await typeOf(raw);
    if (!type)
      throw new Invalid({
        file: 'This is no JPEG, PNG, GIF or WebP image, no PDF, and no plain text in UTF-8. Save it as one of these, and choose that file.',
      });
    const path = join(this.#path, name);
    const drawn = isImage(type) ? await redraw(raw, type, path) : undefined;
    if (!drawn) await rename(raw, path);
    await this.#flush(path);
    return {
      name,
      type,
      size: drawn?.size ?? size,
      width: drawn?.width ?? null,
      height: drawn?.height ?? null,
    };
  }

  /** Waits until the disk has it: the message that it belongs to will be answered for. */
  async #flush(path: string): Promise<void> {
    const file = await open(path, 'r+');
    await file.sync().finally(() => file.close());
  }
}

import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EMPTY } from '../../static/file-types.ts';
import { refusalOf } from '../../static/refused-types.ts';
import { isImage } from '../chat/attachment.ts';
import { type StoredFile } from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';
import { reencode } from './image.ts';
import { beginningOf, typeOf } from './type.ts';

/** Runs the re-encoding of an image when it is its owner's turn. @throws Unavailable if too many wait */
export interface ImageQueue {
  run<T>(owner: string, task: () => Promise<T>): Promise<T>;
}

/** For commands, which keep one file after another. */
const WITHOUT_QUEUE: ImageQueue = { run: (_owner, task) => task() };

/** A file as it is kept. */
export interface KeptFile extends StoredFile {
  /** What became of an image that is not as it was sent, in a sentence for the sender. */
  note?: string;
}

/** The folder of attachments. Their names are random, so that nobody can guess them. */
export class FileStore {
  readonly #path: string;
  readonly #images: ImageQueue;
  readonly #tag: () => Promise<string>;

  /** @param tag returns what the names of all files of this database begin with */
  constructor(path: string, tag: () => Promise<string>, images = WITHOUT_QUEUE) {
    this.#path = path;
    this.#tag = tag;
    this.#images = images;
  }

  /**
   * Checks a file and keeps it: images are re-encoded, other files stay as they are. When this returns,
   * the file is flushed to the disk; when it throws, nothing is left of it.
   * @param owner whose images wait for each other
   * @throws Invalid for `file`, and as the queue of images
   */
  async keep(content: AsyncIterable<Buffer>, owner = ''): Promise<KeptFile> {
    const tag = await this.#tag();
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    const name = tag + randomBytes(16).toString('hex').slice(tag.length);
    const raw = join(this.#path, `${name}.part`);
    try {
      await pipeline(content, createWriteStream(raw, { mode: 0o600 }));
      return await this.#checked(raw, name, owner);
    } catch (error) {
      await this.remove([name]);
      throw error;
    } finally {
      await rm(raw, { force: true });
    }
  }

  /** Returns undefined if there is no such file. */
  async read(name: string): Promise<{ size: number; content: Readable } | undefined> {
    // Opens the file first: a stream that is never sent, as for HEAD, has no listener for its errors.
    const file = await open(join(this.#path, name)).catch(() => undefined);
    return file && { size: (await file.stat()).size, content: file.createReadStream() };
  }

  async remove(names: string[]): Promise<void> {
    for (const name of names) await rm(join(this.#path, name), { force: true });
  }

  async #checked(raw: string, name: string, owner: string): Promise<KeptFile> {
    const { size } = await stat(raw);
    if (size === 0) throw new Invalid({ file: EMPTY });
    const type = await typeOf(raw);
    if (!type) throw new Invalid({ file: refusalOf(await beginningOf(raw)) });
    const path = join(this.#path, name);
    const image = isImage(type) ? await this.#images.run(owner, () => reencode(raw, type, path)) : undefined;
    if (!image) await rename(raw, path);
    await this.#flush(path);
    return {
      name,
      type,
      size: image?.size ?? size,
      width: image?.width ?? null,
      height: image?.height ?? null,
      ...(image?.note && { note: image.note }),
    };
  }

  /** Waits until the file is on the disk, because its message will be acknowledged. */
  async #flush(path: string): Promise<void> {
    await using file = await open(path, 'r+');
    await file.sync();
  }
}

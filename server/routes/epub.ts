import { createHash } from 'node:crypto';
import { isImage } from '../chat/attachment.ts';
import { type TranscriptEntry, transcriptEntries } from '../chat/transcript.ts';
import type { Context } from '../context.ts';
import { requireViewer } from '../middleware/current-user.ts';
import { readerZone } from '../middleware/render.ts';
import { FORMATS } from '../view/attachment.ts';
import { day } from '../view/dates.ts';
import { Zip } from '../view/zip.ts';
import { contentOf, type Transcript } from './transcript-content.ts';

/** Entries of a chapter, and their characters: a long day has several. */
const CHAPTER_ENTRIES = 500;
const CHAPTER_CHARACTERS = 200_000;

/** A file of the book, for the list of its files. */
interface Item {
  name: string;
  type: string;
  /** The name of what readers show that do not know the type. */
  fallback?: string;
}

/** Before EPUB 3.3, readers need not know WebP: in its place they show this image of one clear pixel, and its words. */
const CLEAR = {
  name: 'clear.png',
  content: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  ),
};

interface Chapter {
  name: string;
  title: string;
}

/** Writes the files of a book. Only the lists of chapters and images stay in memory. */
class Book {
  readonly #ctx: Context;
  readonly #values: object;
  readonly #zip = new Zip();
  readonly #chapters: Chapter[] = [];
  readonly #images: Item[] = [];

  constructor(ctx: Context, values: object) {
    this.#ctx = ctx;
    this.#values = values;
  }

  async *begin(): AsyncGenerator<Buffer> {
    yield await this.#zip.file('mimetype', Buffer.from('application/epub+zip'), false);
    yield await this.#rendered('META-INF/container.xml', 'container.njk');
  }

  /** @param html its entries */
  chapter(title: string, html: string): Promise<Buffer> {
    const name = `chapter-${this.#chapters.length + 1}.xhtml`;
    this.#chapters.push({ name, title });
    return this.#rendered(`EPUB/${name}`, 'chapter.njk', { title, html });
  }

  /** Keeps an image if there is room for it. Returns its name in the book, and the bytes of it. */
  async image({ seq, attachment }: TranscriptEntry, content: Buffer): Promise<[string, Buffer] | undefined> {
    if (!this.#zip.fits(content.length)) return undefined;
    const name = `image-${seq}.${attachment!.type}`;
    this.#images.push({
      name,
      type: FORMATS[attachment!.type].mediaType,
      ...(attachment!.type === 'webp' && { fallback: CLEAR.name }),
    });
    return [name, await this.#zip.file(`EPUB/${name}`, content, false)];
  }

  async *end(): AsyncGenerator<Buffer> {
    if (this.#images.some(({ fallback }) => fallback)) {
      yield await this.#zip.file(`EPUB/${CLEAR.name}`, CLEAR.content, false);
      this.#images.push({ name: CLEAR.name, type: FORMATS.png.mediaType });
    }
    const lists = { chapters: this.#chapters, images: this.#images };
    yield await this.#rendered('EPUB/nav.xhtml', 'nav.njk', lists);
    yield await this.#rendered('EPUB/package.opf', 'package.njk', lists);
    yield this.#zip.end();
  }

  #rendered(name: string, template: string, values: object = {}): Promise<Buffer> {
    const text = this.#ctx.view.render(`transcripts/${template}`, { ...this.#values, ...values });
    return this.#zip.file(name, Buffer.from(inXhtml(text)));
  }
}

/** HTML of ours as XHTML: without characters that XML cannot have. */
const inXhtml = (html: string): string =>
  html.replaceAll('<br>', '<br/>').replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');

/** Yields a transcript as an EPUB 3 book, piece by piece: a chapter for each day. */
export async function* epubParts(
  ctx: Context,
  { room, blocked, ...stretch }: Transcript,
): AsyncGenerator<Buffer> {
  const hours = { zone: readerZone(ctx), hourCycle: requireViewer(ctx).hourCycle };
  const modified = `${ctx.now.toISOString().slice(0, 19)}Z`;
  const book = new Book(ctx, { room, modified, identifier: identifierOf(room.id, stretch, modified) });
  yield* book.begin();
  let title = room.name;
  let lines: string[] = [];
  let characters = 0;
  for await (const entries of transcriptEntries(ctx.reader, room.id, stretch))
    for (const entry of entries) {
      const line = ctx.view.entryView(entry, blocked);
      const words = day(line.at, hours.zone);
      const isFull = lines.length >= CHAPTER_ENTRIES || characters >= CHAPTER_CHARACTERS;
      if (lines.length > 0 && (words !== title || isFull)) {
        yield await book.chapter(title, lines.join(''));
        lines = [];
        characters = 0;
      }
      title = words;
      const { attachment } = entry;
      const content = !line.folded && attachment && isImage(attachment.type) && (await contentOf(ctx, entry));
      const image = content ? await book.image(entry, content) : undefined;
      if (image) yield image[1];
      lines.push(ctx.view.render('transcripts/_line.njk', { line, image: image?.[0], ...hours }));
      characters += lines.at(-1)!.length;
    }
  yield await book.chapter(title, lines.join(''));
  yield* book.end();
}

function identifierOf(
  room: number,
  { first, last }: { first: number; last: number },
  modified: string,
): string {
  const digits = createHash('sha256')
    .update(`plainchat book ${room} ${first} ${last} ${modified}`)
    .digest('hex');
  return `urn:uuid:${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

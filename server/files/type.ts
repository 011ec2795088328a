import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FileType } from '../chat/entry.ts';

/** The first bytes of each type. The file's name and declared type are ignored. */
const SIGNATURES: [FileType, RegExp][] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF....WEBP/s],
  ['pdf', /^(?:\xef\xbb\xbf)?\s*%PDF-\d/],
];
/** A PDF may have other bytes ahead: readers look for its beginning here, in bytes. */
const PDF_WITHIN = 1024;
const STRETCH_BYTES = 4096;

/** Returns the first bytes of a file, each as a character. */
export async function beginningOf(path: string): Promise<string> {
  await using file = await open(path);
  return stretchOf(file, 0);
}

/** Returns the type of a file by its content; undefined if it is not an accepted type. */
export async function typeOf(path: string): Promise<FileType | undefined> {
  await using file = await open(path);
  const beginning = await stretchOf(file, 0);
  const [type] = SIGNATURES.find(([, signature]) => signature.test(beginning)) ?? [];
  if (type) return type;
  const mayBePdf = /(?:^|[^ -~])%PDF-\d/.test(beginning.slice(0, PDF_WITHIN));
  const { size } = await file.stat();
  if (mayBePdf && /%%EOF\s*$/.test(await stretchOf(file, size - STRETCH_BYTES))) return 'pdf';
  if (await isText(path)) return 'txt';
  return mayBePdf ? 'pdf' : undefined;
}

async function stretchOf(file: FileHandle, from: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(
    Buffer.alloc(STRETCH_BYTES),
    0,
    STRETCH_BYTES,
    Math.max(0, from),
  );
  return buffer.toString('latin1', 0, bytesRead);
}

/** Whether a file is UTF-8 text without control characters, except tab, line feed, form feed and carriage return. */
async function isText(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
      if (/[^\P{Cc}\t\n\f\r]/u.test(decoder.decode(bytes, { stream: true }))) return false;
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false; // not UTF-8
    throw error;
  }
}

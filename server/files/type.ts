import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileType } from '../chat/attachment.ts';

/** How a file of each type begins, in bytes; a dot stands for any. What it calls itself is not asked. */
const SIGNATURES: [FileType, RegExp][] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF....WEBP/s],
  ['pdf', /^%PDF-\d/],
];

/** Finds from its content what the file at a path is; undefined where it is nothing that is taken. */
export async function typeOf(path: string): Promise<FileType | undefined> {
  const file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0).finally(() => file.close());
  const beginning = buffer.toString('latin1', 0, bytesRead);
  const [type] = SIGNATURES.find(([, signature]) => signature.test(beginning)) ?? [];
  return type ?? ((await isText(path)) ? 'txt' : undefined);
}

/** Whether a file is text in UTF-8, without control characters but those that lay it out. */
async function isText(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
      if (/[^\P{Cc}\t\n\f\r]/u.test(decoder.decode(bytes, { stream: true }))) return false;
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false; // what is no UTF-8
    throw error;
  }
}

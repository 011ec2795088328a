import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import * as types from '../../static/file-types.ts';
import type { FileType } from '../chat/entry.ts';

/** Returns the first bytes of a file, each as a character. */
export async function beginningOf(path: string): Promise<string> {
  await using file = await open(path);
  return stretchOf(file, 0);
}

/** Returns the type of a file by its content; undefined if it is not an accepted type. */
export async function typeOf(path: string): Promise<FileType | undefined> {
  await using file = await open(path);
  const { size } = await file.stat();
  const readEnd = () => stretchOf(file, size - types.STRETCH_BYTES);
  return types.typeOf(await stretchOf(file, 0), readEnd, () => isText(path));
}

async function stretchOf(file: FileHandle, from: number): Promise<string> {
  const bytes = Buffer.alloc(types.STRETCH_BYTES);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, Math.max(0, from));
  return bytes.toString('latin1', 0, bytesRead);
}

/** Whether a file is plain text in UTF-8. */
async function isText(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
      if (!types.isPlain(decoder.decode(bytes, { stream: true }))) return false;
    }
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false; // not UTF-8
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { KINDS, type Kind } from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';
import { checkedBody, checkedKey } from '../chat/message.ts';
import { checkedRoomName } from '../chat/room.ts';
import { isWellFormed } from '../chat/text.ts';
import { Undone } from './command.ts';

/**
 * A room as JSON, one value a line: the room, then each entry in order, each followed by what is
 * attached to it.
 * `{"plainchat":2,"name","access","creator","createdAt","lastSeq"}`
 * `{"seq","kind","author","subject"?,"body","key"?,"at"}`
 * `{"file":SEQ,"description","describedAt"?,"sha256","content"}`, the content in base64
 * The number rises where a later form can no longer be read as this one; 1 had no files.
 */
export const FORMAT = 2;
const READ = [1, FORMAT];
/** More than the largest that is taken over the web, since an image that was drawn anew may be larger. */
const LARGEST_FILE_BYTES = 32 * 1024 * 1024;

/** What the first line tells of the room. */
export interface Header {
  name: string;
  access: string;
}

/** What is attached to a message. */
export interface FileLine {
  description: string;
  describedAt: Date | null;
  content: Buffer;
}

/** What is told of an entry, and what is attached to it. */
export interface Line {
  seq: number;
  kind: Kind;
  author: string;
  subject: string | undefined;
  body: string;
  key: string | undefined;
  at: Date;
  file: FileLine | undefined;
}

type Json = Record<string, unknown>;

/** How a file is put down that is attached to the entry `seq`. */
export function fileLine(seq: number, { description, describedAt, content }: FileLine): string {
  return JSON.stringify({
    file: seq,
    description,
    ...(describedAt && { describedAt }),
    sha256: hash(content),
    content: content.toString('base64'),
  });
}

/** The room and the entries of a file, each checked. @throws Undone with the number of the line that cannot be taken */
export async function* linesOf(path: string): AsyncGenerator<Header | Line> {
  let number = 0;
  let seq = 0;
  let waiting: Json | undefined; // an entry that a file may follow
  const take = <T>(at: number, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw new Undone(
        `Line ${at} of ${path} cannot be taken, so nothing is made of it: ${(error as Error).message}`,
      );
    }
  };
  for await (const text of createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })) {
    number += 1;
    const value = take(number, () => objectIn(text));
    if (number === 1) {
      yield take(number, () => headerOf(value));
    } else if (waiting && 'file' in value) {
      const [entry, at] = [waiting, number];
      const file = take(at, () => fileOf(value, seq));
      yield take(at - 1, () => lineOf(entry, seq, file));
      waiting = undefined;
    } else {
      if (waiting) yield take(number - 1, () => lineOf(waiting!, seq));
      seq += 1;
      waiting = value;
    }
  }
  if (waiting) yield take(number, () => lineOf(waiting!, seq));
}

function objectIn(text: string): Json {
  const value = JSON.parse(text) as Json | null;
  if (typeof value === 'object' && value) return value;
  throw new Invalid({ '': 'It should be an object, and is none.' });
}

function headerOf({ plainchat, name, access }: Json): Header {
  if (!READ.includes(plainchat as number))
    throw new Invalid({ '': 'This is no room that “export” of this version has put down.' });
  return { name: checkedRoomName(text(name)), access: text(access) };
}

function lineOf(
  { seq, kind, author, subject, body, key, at }: Json,
  expected: number,
  file?: FileLine,
): Line {
  if (seq !== expected) throw new Invalid({ '': `Its number should be ${expected}.` });
  if (!KINDS.includes(kind as Kind)) throw new Invalid({ '': 'There is no such kind of entry.' });
  const isMessage = kind === 'message';
  if (file && !isMessage) throw new Invalid({ '': 'Only to a message can a file be attached.' });
  return {
    seq,
    kind: kind as Kind,
    author: text(author),
    subject: subject === undefined ? undefined : text(subject),
    body: isMessage ? checkedBody(text(body), { mayBeEmpty: file !== undefined }) : text(body),
    key: isMessage ? checkedKey(text(key)) : undefined,
    at: time(at),
    file,
  };
}

function fileOf({ file, description, describedAt, sha256, content }: Json, seq: number): FileLine {
  if (file !== seq) throw new Invalid({ '': `It should be the file of entry ${seq}.` });
  const bytes = Buffer.from(text(content), 'base64');
  if (bytes.length > LARGEST_FILE_BYTES) throw new Invalid({ '': 'The file is larger than 32 MiB.' });
  if (hash(bytes) !== sha256)
    throw new Invalid({ '': 'The file is not what it was: its content has another hash.' });
  return {
    description: text(description),
    describedAt: describedAt === undefined ? null : time(describedAt),
    content: bytes,
  };
}

const hash = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

function time(value: unknown): Date {
  const date = new Date(text(value));
  if (Number.isNaN(date.getTime())) throw new Invalid({ '': 'Its time is none.' });
  return date;
}

function text(value: unknown): string {
  if (typeof value === 'string' && isWellFormed(value)) return value;
  throw new Invalid({ '': 'Something in it should be a text, and is none.' });
}

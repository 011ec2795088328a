import { createHash } from 'node:crypto';
import type { Kind } from './entry.ts';

// A room as lines of JSON: what `export` and a transcript write, and `import` reads.
// `{"plainchat":3,"name","topic"?,"access","creator","createdAt","lastSeq","pins"?}`
// `{"seq","kind","author","subject"?,"body","key"?,"reply"?,"byToken"?,"at"}`
// `{"file":SEQ,"description","describedAt"?,"sha256","content"}`, the content in base64

/** Rises when older programs cannot read the new format. Format 1 had no files, and format 2 no topics, pins and replies. */
export const FORMAT = 3;

/** The room of a file. */
export interface RoomHeader {
  name: string;
  /** Empty if there is none. */
  topic: string;
  access: string;
  creator: string;
  createdAt: Date;
  lastSeq: number;
  /** The seqs of pinned messages. */
  pins: number[];
}

/** The first line. */
export const roomLine = ({ name, topic, access, creator, createdAt, lastSeq, pins }: RoomHeader): string =>
  JSON.stringify({
    plainchat: FORMAT,
    name,
    ...(topic && { topic }),
    access,
    creator,
    createdAt,
    lastSeq,
    ...(pins.length > 0 && { pins }),
  });

/** An entry as a line has it. */
export interface LinedEntry {
  seq: number;
  kind: Kind;
  author: string;
  subject: string | null;
  body: string;
  key: string | null;
  /** The seq of the message that it answers. */
  replyTo: number | null;
  byToken: boolean;
  at: Date;
}

/** The line of an entry. */
export const entryLine = ({
  seq,
  kind,
  author,
  subject,
  body,
  key,
  replyTo,
  byToken,
  at,
}: LinedEntry): string =>
  JSON.stringify({
    seq,
    kind,
    author,
    ...(subject !== null && { subject }),
    body,
    ...(key && { key }),
    ...(replyTo !== null && { reply: replyTo }),
    ...(byToken && { byToken }),
    at,
  });

/** The image or file of a message. */
export interface FileLine {
  description: string;
  describedAt: Date | null;
  content: Buffer;
}

/** The line for an image or file of the entry `seq`. */
export const fileLine = (seq: number, { description, describedAt, content }: FileLine): string =>
  JSON.stringify({
    file: seq,
    description,
    ...(describedAt && { describedAt }),
    sha256: contentHash(content),
    content: content.toString('base64'),
  });

export const contentHash = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

import { FORMER_MEMBER } from '../chat/account-deletion.ts';
import { checkedUsername } from '../chat/login-name.ts';
import { type Kind, KINDS } from '../chat/entry.ts';
import { Invalid } from '../chat/errors.ts';
import { checkedBody, checkedKey } from '../chat/message.ts';
import { contentHash, type FileLine } from '../chat/room-lines.ts';
import { checkedRoomName, checkedTopic } from '../chat/room.ts';
import { isWellFormed } from '../text/characters.ts';

// Each line of an exported room, checked as what comes over the web: the file may be from anybody.

/** More than an upload may have, because an image can grow when it is encoded again. */
const LARGEST_FILE_BYTES = 32 * 1024 * 1024;
const DAY_MS = 86_400_000;

/** An entry, with its image or file. */
export interface EntryLine {
  seq: number;
  kind: Kind;
  author: string;
  subject: string | undefined;
  body: string;
  key: string | undefined;
  /** The seq of the message that it answers. */
  reply: number | undefined;
  byToken: boolean;
  at: Date;
  file: FileLine | undefined;
}

export type Json = Record<string, unknown>;

/** What a notice has besides its author: whether it is about another user, and its text. */
const NOTICES: Record<Exclude<Kind, 'message'>, { hasSubject: boolean; body: (text: string) => string }> = {
  entered: { hasSubject: false, body: noText },
  left: { hasSubject: false, body: noText },
  quit: { hasSubject: false, body: noText },
  added: { hasSubject: true, body: noText },
  removed: { hasSubject: true, body: noText },
  role: { hasSubject: true, body: roleIn },
  renamed: { hasSubject: false, body: checkedRoomName },
  topic: { hasSubject: false, body: checkedTopic },
  pinned: { hasSubject: true, body: seqIn },
  unpinned: { hasSubject: true, body: seqIn },
};

/**
 * Checks an entry.
 * @param expected its seq
 * @param now nothing was said much later than this
 * @throws Invalid
 */
export function entryIn(
  { seq, kind, author, subject, body, key, reply, byToken, at }: Json,
  { expected, now, file }: { expected: number; now: Date; file?: FileLine | undefined },
): EntryLine {
  if (seq !== expected) throw new Invalid({ '': `Its \`seq\` should be ${expected}.` });
  if (!KINDS.includes(kind as Kind)) throw new Invalid({ '': 'There is no such kind of entry.' });
  const common = { seq, kind: kind as Kind, author: nameIn(author), at: timeIn(at, now), file };
  if (kind === 'message')
    return {
      ...common,
      subject: undefined,
      body: checkedBody(textIn(body), { mayBeEmpty: file !== undefined }),
      key: checkedKey(textIn(key)),
      reply: reply === undefined ? undefined : earlierSeq(reply, expected),
      byToken: byToken === true,
    };
  if (file) throw new Invalid({ '': 'Only a message can have a file.' });
  const notice = NOTICES[kind as Exclude<Kind, 'message'>];
  if (notice.hasSubject !== (subject !== undefined))
    throw new Invalid({
      '': notice.hasSubject
        ? 'Such a notice is about a user: `subject` is missing.'
        : 'Such a notice has no `subject`.',
    });
  return {
    ...common,
    subject: subject === undefined ? undefined : nameIn(subject),
    body: notice.body(textIn(body)),
    key: undefined,
    reply: undefined,
    byToken: false,
  };
}

function earlierSeq(value: unknown, seq: number): number {
  if (Number.isSafeInteger(value) && Number(value) > 0 && Number(value) < seq) return Number(value);
  throw new Invalid({ '': '`reply` is no number of an earlier entry.' });
}

/** Checks an image or a file. @param seq of the entry that it belongs to @throws Invalid */
export function fileIn(
  { file, description, describedAt, sha256, content }: Json,
  seq: number,
  now: Date,
): FileLine {
  if (file !== seq) throw new Invalid({ '': `It should be the file of entry ${seq}.` });
  const bytes = Buffer.from(textIn(content), 'base64');
  if (bytes.length > LARGEST_FILE_BYTES) throw new Invalid({ '': 'The file is larger than 32 MiB.' });
  if (contentHash(bytes) !== sha256)
    throw new Invalid({ '': 'The content of the file does not match its hash.' });
  return {
    description: textIn(description),
    describedAt: describedAt === undefined ? null : timeIn(describedAt, now),
    content: bytes,
  };
}

/** @throws Invalid */
export function textIn(value: unknown): string {
  if (typeof value === 'string' && isWellFormed(value)) return value;
  throw new Invalid({ '': 'A value that should be text is missing, or is not text.' });
}

/** The username of an account as it is stored, or what stands for a former member. */
function nameIn(value: unknown): string {
  const name = textIn(value);
  if (name !== FORMER_MEMBER && checkedUsername(name) !== name)
    throw new Invalid({ '': 'A username is not written as Plainchat stores it.' });
  return name;
}

function timeIn(value: unknown, now: Date): Date {
  const date = new Date(textIn(value));
  if (Number.isNaN(date.getTime())) throw new Invalid({ '': '`at` or `describedAt` is not a date.' });
  if (date.getTime() < 0 || date.getTime() > now.getTime() + DAY_MS)
    throw new Invalid({ '': '`at` or `describedAt` is before 1970, or in the future.' });
  return date;
}

function noText(body: string): string {
  if (body !== '') throw new Invalid({ '': 'Such a notice has no text.' });
  return body;
}

function seqIn(text: string): string {
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  throw new Invalid({ '': 'The text of such a notice is the number of a message.' });
}

function roleIn(body: string): string {
  if (body !== 'admin' && body !== 'member') throw new Invalid({ '': 'There is no such role.' });
  return body;
}

import type { EntryRecord } from '../chat/entry.ts';
import { shortened } from '../text/characters.ts';
import { type AttachmentView, attachmentView } from './attachment.ts';
import type { MentionView } from './markup.ts';

/** An entry for templates and JSON. */
export interface EntryView {
  seq: number;
  kind: string;
  author: string;
  /** In a notice, the user whom the author's action concerns. */
  subject?: string;
  /** The reader has blocked the author: the page shows a link to the message instead. Then `room` is set. */
  folded?: boolean;
  room?: number;
  /** Left out if there are none. */
  mentions?: MentionView[];
  /** The message that this one answers. */
  reply?: { seq: number; author: string };
  /** The reader's username, if the entry is shown to one user only. */
  reader?: string;
  /** The text as the author typed it, or the sentence of a notice. */
  body: string;
  /** Whether a token of the author has written it. Left out if not. */
  byToken?: boolean;
  /** The language of the text, if known. */
  lang?: string;
  attachment?: AttachmentView;
  /** ISO 8601 in UTC with milliseconds. */
  at: string;
}

const NO_USERS: ReadonlySet<number> = new Set();

/** The address of the message that an entry answers. */
export const answeredAddress = ({ room, reply }: EntryRecord): string | undefined =>
  reply && `/rooms/${room.id}/messages/${reply.seq}`;

/** Characters that a quotation shows. */
const LONGEST_QUOTE = 40;

/** The beginning of what an entry answers, in one line; undefined if that has no text, or its author is blocked. */
export function quoteIn({ reply }: EntryRecord, blocked: ReadonlySet<number> = NO_USERS): string | undefined {
  if (!reply || blocked.has(reply.author.id)) return undefined;
  const line = reply.beginning.replace(/\s+/gu, ' ').trim();
  return shortened(line, LONGEST_QUOTE).replace(/(?<=^.{20,}) \S*…$/u, '…') || undefined; // no half word, if there are whole ones
}

/** An action: `/me waves`. */
const ACTION = /^\/me\s+(?=\S)/;

/** The entry as pages show it: the text of an action without its sign. It stays as typed in JSON. */
export const shownView = (view: EntryView): EntryView & { isAction?: true } =>
  view.kind === 'message' && !view.attachment && ACTION.test(view.body)
    ? { ...view, isAction: true, body: view.body.replace(ACTION, '') }
    : view;

/**
 * @param sentence renders the sentence of a notice
 * @param blocked ids of the users whose messages are folded
 */
export function viewOfEntry(
  entry: EntryRecord,
  sentence: (values: object) => string,
  blocked: ReadonlySet<number> = NO_USERS,
): EntryView {
  const { seq, kind } = entry;
  const author = entry.author.username;
  const subject = entry.subject?.username;
  const isMessage = kind === 'message';
  const mentions = (entry.mentions ?? []).map(({ name, user }) => ({ name, username: user.username }));
  return {
    seq,
    kind,
    author,
    ...(subject && { subject }),
    ...(isMessage && blocked.has(entry.author.id) && { folded: true, room: entry.room.id }),
    ...(mentions.length > 0 && { mentions }),
    ...(entry.reply && { reply: { seq: entry.reply.seq, author: entry.reply.author.username } }),
    body: isMessage ? entry.body : sentence({ author, subject, detail: entry.body }),
    ...(entry.byToken && { byToken: true }),
    ...(entry.attachment && { attachment: attachmentView(entry, entry.attachment) }),
    at: entry.at.toISOString(),
  };
}

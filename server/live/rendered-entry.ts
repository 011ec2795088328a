import type { EntryRecord } from '../chat/entry.ts';
import { type Awaitable, chain } from './chain.ts';
import { type Lookups } from './lookups.ts';

/** What of an entry may change: the names of users, and a description. */
export interface Dependencies {
  seq: number;
  /** The users of whose messages it shows the text, of whom a reader may have blocked some. */
  sources: number[];
  /** The users that it names, and their usernames in what was rendered. */
  names: [user: number, username: string][];
  /** When the attachment's description was last changed, null if never; undefined without an attachment. */
  describedAt: number | null | undefined;
}

/** An entry as JSON, ready to send. */
export interface RenderedEntry extends Dependencies {
  json: string;
  /** What the JSON takes in memory. */
  bytes: number;
}

/** What V8 keeps a text in: two bytes a character if one of them is beyond Latin-1. */
export const bytesOf = (text: string): number => (/[^\0-\u00ff]/.test(text) ? 2 : 1) * text.length;

export function dependenciesOf({
  seq,
  kind,
  author,
  subject,
  attachment,
  mentions = [],
  reply,
}: EntryRecord): Dependencies {
  const others = [subject, reply?.author, ...mentions.map(({ user }) => user)];
  const names = [author, ...others.filter((user) => user != null)].map(
    ({ id, username }): [number, string] => [id, username],
  );
  return {
    seq,
    sources: kind === 'message' ? [author.id, ...(reply ? [reply.author.id] : [])] : [],
    names,
    describedAt: attachment ? (attachment.describedAt?.getTime() ?? null) : undefined,
  };
}

/** Whether a username or a description in the entries has changed since they were rendered. */
export function areOutdated(lookups: Lookups, room: number, entries: Dependencies[]): Awaitable<boolean> {
  return chain(areRenamed(lookups, entries), (are) => are || areRedescribed(lookups, room, entries));
}

function areRenamed(lookups: Lookups, entries: Dependencies[]): Awaitable<boolean> {
  const named = entries.flatMap(({ names }) => names);
  const users = [...new Set(named.map(([id]) => id))];
  if (users.length === 0) return false;
  return chain(lookups.usernames(users), (usernames) => {
    const current = new Map(users.map((id, index) => [id, usernames[index]]));
    return named.some(([id, name]) => name !== current.get(id)); // checks every entry: a later one may have the new name already
  });
}

function areRedescribed(lookups: Lookups, room: number, entries: Dependencies[]): Awaitable<boolean> {
  const described = entries.filter(({ describedAt }) => describedAt !== undefined);
  if (described.length === 0) return false;
  return chain(
    lookups.describedAt(
      room,
      described.map(({ seq }) => seq),
    ),
    (times) => described.some(({ describedAt }, index) => describedAt !== times[index]),
  );
}

export const totalBytes = (entries: RenderedEntry[]): number =>
  entries.reduce((sum, { bytes }) => sum + bytes, 0);

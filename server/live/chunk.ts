import type { ShownEntry } from '../chat/entry.ts';
import { andThen, type Awaitable, type Looks } from './looks.ts';

/** An entry, ready to send. */
export interface Chunk {
  seq: number;
  json: string;
  /** Who has written it, where it is a message, and can be blocked. */
  writer: number | undefined;
  /** Those whom it names, and how. */
  names: [user: number, username: string][];
  /** When the description of what is attached was changed last; undefined where nothing is. */
  describedAt: number | null | undefined;
}

/** An entry that was rendered, and what it was rendered of that may change. */
export function chunkOf(
  { seq, kind, author, subject, attachment, mentions = [] }: ShownEntry,
  json: string,
): Chunk {
  const names = [author, ...(subject ? [subject] : []), ...mentions.map(({ user }) => user)].map(
    ({ id, username }): [number, string] => [id, username],
  );
  return {
    seq,
    json,
    writer: kind === 'message' ? author.id : undefined,
    names,
    describedAt: attachment ? (attachment.describedAt?.getTime() ?? null) : undefined,
  };
}

/** Whether somebody in them is called otherwise by now, or something is described otherwise. */
export function areOutdated(looks: Looks, room: number, chunks: Chunk[]): Awaitable<boolean> {
  return andThen(areRenamed(looks, chunks), (are) => are || areDescribedAnew(looks, room, chunks));
}

function areRenamed(looks: Looks, chunks: Chunk[]): Awaitable<boolean> {
  const named = chunks.flatMap(({ names }) => names);
  const people = [...new Set(named.map(([id]) => id))];
  if (people.length === 0) return false;
  return andThen(looks.usernames(people), (usernames) => {
    const now = new Map(people.map((id, index) => [id, usernames[index]]));
    return named.some(([id, name]) => name !== now.get(id)); // in each: one that came later may have the later name
  });
}

function areDescribedAnew(looks: Looks, room: number, chunks: Chunk[]): Awaitable<boolean> {
  const described = chunks.filter(({ describedAt }) => describedAt !== undefined);
  if (described.length === 0) return false;
  return andThen(
    looks.describedAt(
      room,
      described.map(({ seq }) => seq),
    ),
    (times) => described.some(({ describedAt }, index) => describedAt !== times[index]),
  );
}

/** How many characters they have. */
export const size = (chunks: Chunk[]): number => chunks.reduce((sum, { json }) => sum + json.length, 0);

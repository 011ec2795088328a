import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { Attachment, type ShownAttachment } from './attachment.ts';
import { withMentions, type ShownMention } from './mention.ts';
import { Room } from './room.ts';
import { User } from './user.ts';

/** Entries on a page of the log. */
export const PAGE_SIZE = 50;
/** Entries in one answer to a script, and the most that a page sets apart as new. */
export const BATCH_SIZE = 200;

/** A message, or a notice of what happened in the room. Each has a template that says it. */
export const KINDS = ['message', 'entered', 'left', 'added', 'removed', 'role', 'renamed', 'quit'] as const;
export type Kind = (typeof KINDS)[number];

export const EntrySchema = defineEntity({
  name: 'Entry',
  tableName: 'entry',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    /** The room's own counter: 1, 2, 3 … in the order in which everybody sees the log. */
    seq: p.integer().primary(),
    kind: p.string().$type<Kind>(),
    author: () => p.manyToOne(User).index(false),
    /** Whom a notice is about, beside its author. */
    subject: () => p.manyToOne(User).nullable().index(false),
    /** The text of a message as it was typed; in a notice the new name or role, where there is one. */
    body: p.text(),
    /** Made fresh for each message by who posts it, so that it is stored once however often it is sent. */
    key: p.string().nullable(),
    at: p.datetime(3),
    /** What a message has beside its text. */
    attachment: () => p.oneToOne(Attachment).mappedBy('entry').nullable(),
  },
  uniques: [{ properties: ['room', 'author', 'key'] }],
});

/** One line of a room's log. Never changed, moved or removed while the room exists. */
export class Entry extends EntrySchema.class {
  /** Whom a message mentions, where it was found with the functions below. */
  declare mentions?: ShownMention[];
}
EntrySchema.setClass(Entry);

/** What of an entry is shown: of what the ORM has found, or of plain columns. */
export interface ShownEntry {
  room: { id: number };
  seq: number;
  kind: Kind;
  author: { id: number; username: string };
  subject?: { id: number; username: string } | null | undefined;
  body: string;
  at: Date;
  attachment?: ShownAttachment | null | undefined;
  mentions?: ShownMention[];
}

/** The entries with a seq over `after`, oldest first, at most `most`. */
export function entriesAfter(
  em: EntityManager,
  room: Room,
  after: number,
  most = BATCH_SIZE,
): Promise<Entry[]> {
  return entriesFrom(em, room, after + 1, after + most);
}

/** The `most` entries ahead of seq `before`, oldest first. */
export function entriesBefore(
  em: EntityManager,
  room: Room,
  before: number,
  most = PAGE_SIZE,
): Promise<Entry[]> {
  const end = Math.min(before - 1, room.lastSeq);
  return entriesFrom(em, room, end - most + 1, end);
}

/** The entries with seq `first` to `last`, oldest first. */
export async function entriesFrom(
  em: EntityManager,
  room: Room,
  first: number,
  last: number,
): Promise<Entry[]> {
  const start = Math.max(first, 1);
  const end = Math.min(last, room.lastSeq);
  if (start > end) return [];
  return withMentions(
    em,
    await em.find(
      Entry,
      { room, seq: { $gte: start, $lte: end } },
      { orderBy: { seq: 'asc' }, populate: ['author', 'subject', 'attachment'], strategy: 'select-in' },
    ),
  );
}

/** An entry as the database has it, with those in it and what is attached. */
interface Row extends Omit<ShownAttachment, 'name' | 'describedAt'> {
  seq: number;
  kind: Kind;
  body: string;
  at: string | number;
  authorId: number;
  author: string;
  subjectId: number | null;
  subject: string | null;
  name: string | null;
  describedAt: string | number | null;
}

const ROWS = `
  select e.seq, e.kind, e.body, e.at, e.author_id as "authorId", u.username as author, e.subject_id as "subjectId", s.username as subject,
    a.name, a.type, a.size, a.width, a.height, a.description, a.described_at as "describedAt"
  from entry e
  join "user" u on u.id = e.author_id
  left join "user" s on s.id = e.subject_id
  left join attachment a on a.room_id = e.room_id and a.seq = e.seq
  where e.room_id = ? and e.seq > ? and e.seq <= ?
  order by e.seq`;

/** The entries of a room, which may be gone, with a seq over `after`, oldest first, at most `BATCH_SIZE`: by plain columns, for who shows them and does nothing else. */
export async function shownAfter(em: SqlEntityManager, room: number, after: number): Promise<ShownEntry[]> {
  const time = (value: string | number) => em.getPlatform().parseDate(value as string);
  const rows = await em.execute<Row[]>(ROWS, [room, after, after + BATCH_SIZE]);
  return withMentions(
    em,
    rows.map(
      ({
        seq,
        kind,
        body,
        at,
        authorId,
        author,
        subjectId,
        subject,
        name,
        describedAt,
        ...file
      }): ShownEntry => ({
        room: { id: room },
        seq,
        kind,
        body,
        at: time(at),
        author: { id: authorId, username: author },
        subject: subjectId === null ? null : { id: subjectId, username: subject! },
        attachment:
          name === null
            ? null
            : { ...file, name, describedAt: describedAt === null ? null : time(describedAt) },
      }),
    ),
  );
}

/** The latest message of the same author in the same room with a seq over `after` and ahead of `entry`; null where there is none. */
export function latestMessage(em: EntityManager, entry: Entry, after: number): Promise<Entry | null> {
  return em.findOne(
    Entry,
    { room: entry.room, author: entry.author, kind: 'message', seq: { $gt: after, $lt: entry.seq } },
    { orderBy: { seq: 'desc' } },
  );
}

/** How many messages, not notices, have a seq over `after`. */
export function countMessagesAfter(em: EntityManager, room: Room, after: number): Promise<number> {
  return em.count(Entry, { room, kind: 'message', seq: { $gt: after } });
}

/** All of a message that is words: what it says, and what is attached to it. */
export function wordsOf({ body, attachment }: Pick<Entry, 'body' | 'attachment'>): string {
  return [body, attachment && `(${attachment.description || 'Decorative image'})`].filter(Boolean).join('\n');
}

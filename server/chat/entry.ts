import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { Room } from './room.ts';
import { User } from './user.ts';

/** The most entries in one answer to a script, and the most that a page shows as new. */
export const BATCH_SIZE = 200;

/** A message, or one of the notices. Each kind has a template. */
export const KINDS = [
  'message',
  'entered',
  'left',
  'added',
  'removed',
  'role',
  'renamed',
  'quit',
  'topic',
  'pinned',
  'unpinned',
] as const;
export type Kind = (typeof KINDS)[number];

export const EntrySchema = defineEntity({
  name: 'Entry',
  tableName: 'entry',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    /** Counts within the room: 1, 2, 3 … in the order in which all users see the log. */
    seq: p.integer().primary(),
    kind: p.string().$type<Kind>(),
    author: () => p.manyToOne(User).index(false),
    /** The user that a notice is about, if not its author. */
    subject: () => p.manyToOne(User).nullable().index(false),
    /** The text of a message as typed; in a notice, the new name, role or topic, or the seq of the message, if there is one. */
    body: p.text(),
    /** Made by the client for each message, so that a retry does not store it twice; null in a notice. */
    key: p.string().nullable(),
    /** How many messages the log has up to this entry, so that counting those after it is a difference. */
    messages: p.integer().default(0),
    at: p.datetime(3),
    /** The seq of the message that this one answers. No foreign key: it is checked when the message is stored. */
    replyTo: p.integer().nullable(),
    /** Whether a token of the author has written it. */
    byToken: p.boolean().default(false),
    attachment: () => p.oneToOne(Attachment).mappedBy('entry').nullable(),
  },
  uniques: [{ properties: ['room', 'author', 'key'] }],
  indexes: [{ properties: ['room', 'replyTo', 'seq'], where: '"reply_to" is not null' }],
});

/** A row of a room's log. Never changed, moved or removed while the room exists. */
export class Entry extends EntrySchema.class {
  /** Set by `withMentions`; no column. */
  declare mentions?: MentionRecord[];
}
EntrySchema.setClass(Entry);

/** The parts of an entry that views show. Comes from the ORM or from plain columns. */
export interface EntryRecord {
  room: { id: number };
  seq: number;
  kind: Kind;
  author: { id: number; username: string };
  subject?: { id: number; username: string } | null | undefined;
  body: string;
  at: Date;
  /** Whether a token of the author has written it. */
  byToken?: boolean;
  attachment?: AttachmentRecord | null | undefined;
  mentions?: MentionRecord[];
  reply?: ReplyRecord | undefined;
}

/** The message that another one answers. */
export interface ReplyRecord {
  seq: number;
  author: { id: number; username: string };
  /** The beginning of its text. */
  beginning: string;
}

/** Characters of an answered message that are read for a quotation. */
export const QUOTED = 120;

/** The text of a message, and the description of its attachment. */
export function plainTextOf({
  body,
  attachment,
}: {
  body: string;
  attachment?: { description: string } | null | undefined;
}): string {
  return [body, attachment && `(${attachment.description || 'Decorative image'})`].filter(Boolean).join('\n');
}

export const IMAGE_TYPES = ['jpeg', 'png', 'gif', 'webp'] as const;
export const FILE_TYPES = [...IMAGE_TYPES, 'pdf', 'txt'] as const;
/** The type of a file, detected from its content. */
export type FileType = (typeof FILE_TYPES)[number];

/** A file on the disk. `width` and `height` are in pixels; null if it is no image. */
export interface StoredFile {
  /** The file's name on the disk. Random, so that nobody can guess it. */
  name: string;
  type: FileType;
  /** In bytes. */
  size: number;
  width: number | null;
  height: number | null;
}

export const AttachmentSchema = defineEntity({
  name: 'Attachment',
  tableName: 'attachment',
  properties: {
    /** The entry's room: deleting the room deletes the attachment, too. */
    room: () => p.manyToOne(Room).deleteRule('cascade').index(false),
    entry: () =>
      p
        .oneToOne(Entry)
        .primary()
        .joinColumns('room_id', 'seq')
        .createForeignKeyConstraint(false)
        .inversedBy('attachment')
        .owner(),
    /** The entry's author, copied to sum up the storage of a user. */
    author: () => p.manyToOne(User).nullable().index(false),
    name: p.string().unique(),
    type: p.string().$type<FileType>(),
    size: p.integer(),
    width: p.integer().nullable(),
    height: p.integer().nullable(),
    /** Empty for a decorative image. */
    description: p.text(),
    /** When the description was last changed; null if never. */
    describedAt: p.datetime(3).nullable(),
  },
  indexes: [{ properties: ['author', 'size'] }],
});

/** An image or a file of a message, with its description. */
export class Attachment extends AttachmentSchema.class {}
AttachmentSchema.setClass(Attachment);

/** The parts of an attachment that views show. Comes from the ORM or from plain columns. */
export interface AttachmentRecord extends Omit<StoredFile, 'width' | 'height'> {
  width?: number | null | undefined;
  height?: number | null | undefined;
  description: string;
  describedAt?: Date | null | undefined;
}

export interface MentionRecord {
  user: { id: number; username: string };
  /** The folded username as the text of the message has it. */
  name: string;
}

/**
 * Adds an entry to the end of the room's log. The caller must hold the room's lock: then the numbers have
 * no gaps, and entries are committed in the order of their numbers.
 */
export function appendEntry(
  em: EntityManager,
  room: Room,
  entry: {
    kind: Kind;
    author: User;
    at: Date;
    subject?: User;
    body?: string;
    key?: string;
    replyTo?: number;
    byToken?: boolean;
  },
): Entry {
  room.lastSeq += 1;
  if (entry.kind === 'message') {
    room.messages += 1;
    room.saidAt = entry.at;
  }
  return em.create(Entry, { room, seq: room.lastSeq, messages: room.messages, body: '', ...entry });
}

import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { Entry } from './entry.ts';
import { Forbidden, Invalid, Missing } from './errors.ts';
import { roomOfMember } from './membership.ts';
import { lockRooms, Room } from './room.ts';
import { isWellFormed, lengthOf } from './text.ts';
import { User } from './user.ts';

const LONGEST = 1000;

export const IMAGES = ['jpeg', 'png', 'gif', 'webp'] as const;
/** What a file is, found from its content. */
export type FileType = (typeof IMAGES)[number] | 'pdf' | 'txt';

/** A file that is kept on the disk: an image has a width and a height, in pixels. */
export interface KeptFile {
  /** What it is called there, which nobody can guess. */
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
    /** The entry's, for the attachment to go with it. */
    room: () => p.manyToOne(Room).deleteRule('cascade').index(false),
    entry: () =>
      p
        .oneToOne(Entry)
        .primary()
        .joinColumns('room_id', 'seq')
        .createForeignKeyConstraint(false)
        .inversedBy('attachment')
        .owner(),
    /** Who has sent it: the entry's author, for what is kept of one person to be summed. */
    author: () => p.manyToOne(User).nullable().index(false),
    name: p.string().unique(),
    type: p.string().$type<FileType>(),
    size: p.integer(),
    width: p.integer().nullable(),
    height: p.integer().nullable(),
    /** What it shows or says; empty for an image that is decorative. */
    description: p.text(),
    /** When the description was bettered last. */
    describedAt: p.datetime(3).nullable(),
  },
  indexes: [{ properties: ['author', 'size'] }],
});

/** An image or a file that belongs to a message, with what it shows or says. */
export class Attachment extends AttachmentSchema.class {}
AttachmentSchema.setClass(Attachment);

/** What of an attachment is shown: of what the ORM has found, or of plain columns. */
export interface ShownAttachment extends Omit<KeptFile, 'width' | 'height'> {
  width?: number | null | undefined;
  height?: number | null | undefined;
  description: string;
  describedAt?: Date | null | undefined;
}

/** Finds an attachment of a room that the person belongs to, by the name of its file. @throws Missing, and as `roomOfMember` */
export async function attachmentNamed(
  em: EntityManager,
  user: User,
  roomId: number,
  name: string,
): Promise<Attachment> {
  const { room } = await roomOfMember(em, user, roomId);
  const attachment = await em.findOne(Attachment, { name, room });
  if (!attachment)
    throw new Missing('There is no such file in this room. Go back to the message that had it.');
  return attachment;
}

/**
 * Finds an attachment whose description is the person's to better, by the seq of its entry.
 * @throws Missing, Forbidden for what somebody else has sent, and as `roomOfMember`
 */
export async function ownAttachment(
  em: EntityManager,
  user: User,
  roomId: number,
  seq: number,
): Promise<{ entry: Entry; attachment: Attachment }> {
  const { room } = await roomOfMember(em, user, roomId);
  // Counted first, since the ORM cannot look anew for an attachment that is not there.
  const isThere = (await em.count(Attachment, { entry: { room, seq } })) > 0;
  const entry = isThere
    ? await em.findOne(Entry, { room, seq }, { populate: ['author', 'subject', 'attachment'], refresh: true })
    : null;
  if (!entry?.attachment)
    throw new Missing('There is no image or file with this message. Go back to the room.');
  if (entry.author.id !== user.id)
    throw new Forbidden('Only the person who sent it can change the description. Ask them.');
  return { entry: entry as Entry, attachment: entry.attachment as Attachment };
}

/** Betters a description, and notes when. Runs inside a transaction. @throws Invalid for `description`, and as `ownAttachment` */
export async function describe(
  em: EntityManager,
  user: User,
  roomId: number,
  seq: number,
  typed: string,
  now: Date,
): Promise<void> {
  await lockRooms(em, roomId);
  const { attachment } = await ownAttachment(em, user, roomId, seq);
  const description = checkedDescription(typed);
  if (description === attachment.description) return;
  attachment.description = description;
  attachment.describedAt = now;
  await em.flush();
}

/** The names of all files of a room. */
export async function fileNamesIn(em: EntityManager, room: Room): Promise<string[]> {
  return (await em.find(Attachment, { room })).map(({ name }) => name);
}

/** Those of the names that belong to an attachment. */
export async function fileNamesAmong(em: EntityManager, names: string[]): Promise<string[]> {
  return (await em.find(Attachment, { name: { $in: names } })).map(({ name }) => name);
}

/**
 * Returns the description for a new attachment, empty for an image that is said to be decorative.
 * `type` is undefined where no file could be taken.
 * @throws Invalid for `description`
 */
export function descriptionFor(
  type: FileType | undefined,
  typed: { description: string; decorative: boolean },
): string {
  if (!typed.decorative) return checkedDescription(typed.description);
  if (type && !isImage(type))
    throw new Invalid({ description: 'Only an image can be decorative. Describe what the file says.' });
  if (tidied(typed.description))
    throw new Invalid({
      description: 'A decorative image has no description. Empty it, or take the tick from “Decorative”.',
    });
  return '';
}

/** Returns the description on one line, without space around it. @throws Invalid for `description` */
export function checkedDescription(typed: string): string {
  const text = tidied(typed);
  const length = lengthOf(text);
  if (length === 0)
    throw new Invalid({ description: 'Describe what it shows or says, for whoever cannot see or open it.' });
  if (length > LONGEST)
    throw new Invalid({
      description: `A description has at most 1,000 characters, and this one has ${length.toLocaleString('en')}. Shorten it.`,
    });
  if (!isWellFormed(text))
    throw new Invalid({
      description: 'The description has a character that cannot be kept (NUL, or half of a pair). Remove it.',
    });
  return text;
}

export function isImage(type: FileType): boolean {
  return (IMAGES as readonly FileType[]).includes(type);
}

const tidied = (typed: string): string => typed.replace(/\s+/g, ' ').trim();

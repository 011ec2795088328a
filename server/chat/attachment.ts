import { type EntityManager } from '@mikro-orm/core';
import { hasVisible, lengthOf } from '../text/characters.ts';
import { storedLine } from '../text/lines.ts';
import { requireWellFormed } from './checks.ts';
import { Attachment, Entry, type FileType, IMAGE_TYPES } from './entry.ts';
import { Forbidden, Invalid, NotFound } from './errors.ts';
import { roomOfMember } from './membership.ts';
import { lockRooms } from './room.ts';
import { SearchChange } from './search-index.ts';
import { lockActor, type User } from './user.ts';

const LONGEST_DESCRIPTION = 1000;
/** The names that files get: see `files/folder.ts`. */
const FILE_NAME = /^[0-9a-f]{32}$/;

/** Finds an attachment by its file's name, in a room of the user. @throws NotFound, and as `roomOfMember` */
export async function attachmentNamed(
  em: EntityManager,
  user: User,
  roomId: number,
  name: string,
): Promise<Attachment> {
  const { room } = await roomOfMember(em, user, roomId);
  const attachment = FILE_NAME.test(name) ? await em.findOne(Attachment, { name, room }) : null;
  if (!attachment)
    throw new NotFound('There is no such file in this room. Go back to the message that had it.');
  return attachment;
}

/**
 * Finds an attachment that the user sent, by the seq of its entry.
 * @throws NotFound, Forbidden if somebody else sent it, and as `roomOfMember`
 */
export async function ownAttachment(
  em: EntityManager,
  user: User,
  roomId: number,
  seq: number,
): Promise<{ entry: Entry; attachment: Attachment }> {
  const { room } = await roomOfMember(em, user, roomId);
  // Counted first, because the ORM cannot refresh an attachment that does not exist.
  const exists = (await em.count(Attachment, { entry: { room, seq } })) > 0;
  const entry = exists
    ? await em.findOne(Entry, { room, seq }, { populate: ['author', 'subject', 'attachment'], refresh: true })
    : null;
  if (!entry?.attachment) throw new NotFound('This message has no image or file. Go back to the room.');
  if (entry.author.id !== user.id)
    throw new Forbidden('Only the person who sent it can change the description. Ask them.');
  return { entry, attachment: entry.attachment };
}

/** Changes a description. Runs inside a transaction. @throws Invalid for `description`, and as `lockActor` and `ownAttachment` */
export async function describe(
  em: EntityManager,
  user: User,
  roomId: number,
  seq: number,
  typed: string,
  now: Date,
): Promise<void> {
  await lockActor(em, user);
  await lockRooms(em, roomId);
  const { attachment } = await ownAttachment(em, user, roomId, seq);
  const description = checkedDescription(typed);
  if (description === attachment.description) return;
  attachment.description = description;
  attachment.describedAt = now;
  await em.upsert(SearchChange, { room: roomId, seq });
  await em.flush();
}

/** Returns those of the names that belong to an attachment. */
export async function fileNamesAmong(em: EntityManager, names: string[]): Promise<string[]> {
  const found = await em.find(
    Attachment,
    { name: { $in: names } },
    { fields: ['name'], disableIdentityMap: true },
  );
  return found.map(({ name }) => name);
}

/**
 * Returns the description for a new attachment; empty for a decorative image.
 * @param type undefined if the upload had no valid file
 * @throws Invalid for `description`
 */
export function descriptionFor(
  type: FileType | undefined,
  typed: { description: string; decorative: boolean },
): string {
  if (!typed.decorative) return checkedDescription(typed.description);
  if (type && !isImage(type))
    throw new Invalid({ description: 'Only an image can be decorative. Describe what the file says.' });
  if (hasVisible(typed.description))
    throw new Invalid({
      description: 'A decorative image has no description. Delete the description, or untick “Decorative”.',
    });
  return '';
}

/** Returns the description as it is stored: on one line, trimmed. @throws Invalid for `description` */
export function checkedDescription(typed: string): string {
  const text = storedLine(typed);
  requireWellFormed('description', text);
  const length = lengthOf(text);
  if (!hasVisible(text))
    throw new Invalid({
      description: 'Describe what it shows or says, for people who cannot see or open it.',
    });
  if (length > LONGEST_DESCRIPTION)
    throw new Invalid({
      description: `A description has at most 1,000 characters, and this one has ${length.toLocaleString('en')}. Shorten it.`,
    });
  return text;
}

export function isImage(type: FileType): boolean {
  return (IMAGE_TYPES as readonly FileType[]).includes(type);
}

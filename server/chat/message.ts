import type { EntityManager } from '@mikro-orm/core';
import { Attachment, type KeptFile } from './attachment.ts';
import { partnerIn, unhide, whyNotDirect } from './direct.ts';
import { Entry } from './entry.ts';
import { Invalid } from './errors.ts';
import { roomOfMember } from './membership.ts';
import { Mention, mentionsIn } from './mention.ts';
import { presenceIn } from './presence.ts';
import { lockRooms, type Room } from './room.ts';
import { isWellFormed, lengthOf } from './text.ts';
import type { User } from './user.ts';

const LONGEST = 4000;
const KEY = /^[A-Za-z0-9_-]{8,64}$/;

/** What a person types to post; the key is made fresh for each message. */
export interface Draft {
  body: string;
  key: string;
  /** Its text may be empty then. */
  attachment?: KeptFile & { description: string };
}

/** A message that is in the log, and whether it was there before. */
export interface Posted {
  entry: Entry;
  repeated: boolean;
}

/**
 * Returns the text as it is to be stored: line breaks as LF, no space around it.
 * @throws Invalid for `body`
 */
export function checkedBody(body: string, { mayBeEmpty } = { mayBeEmpty: false }): string {
  const text = stored(body);
  const length = lengthOf(text);
  if (length === 0 && !mayBeEmpty)
    throw new Invalid({ body: 'Write a message of 1 to 4,000 characters, then send it.' });
  if (length > LONGEST) {
    throw new Invalid({
      body: `A message has at most ${count(LONGEST)} characters, and this one has ${count(length)}. Shorten it, or send it in parts.`,
    });
  }
  if (!isWellFormed(text))
    throw new Invalid({
      body: 'The message has a character that cannot be kept (NUL, or half of a pair). Remove it.',
    });
  return text;
}

/** Whether this is the key of a message. */
export const isKey = (key: string): boolean => KEY.test(key);

/** Returns the key. @throws Invalid for `key` where it is none */
export function checkedKey(key: string): string {
  if (!isKey(key))
    throw new Invalid({
      key: 'The form had lost its key (8 to 64 letters, digits, - and _), so nothing was sent. Send the message again.',
    });
  return key;
}

/**
 * Posts a message into the room that the person is in. The same key by the same person in the same
 * room is posted once, for as long as the room exists. Runs inside a transaction.
 * @throws Ended where the person is not in the room, Invalid for what was typed, and as `roomOfMember`
 */
export async function post(
  em: EntityManager,
  user: User,
  roomId: number,
  typed: Draft,
  now: Date,
): Promise<Posted> {
  await lockRooms(em, roomId);
  const { room } = await roomOfMember(em, user, roomId);
  const before = await postedBefore(em, user, room, typed.key);
  if (before && isSame(before, typed.body, typed.attachment?.description))
    return { entry: before, repeated: true }; // a retry is answered wherever one is by now
  await refuseOutside(em, user, room);
  if (before) return { entry: before, repeated: true };
  if (room.access === 'direct') await unhide(em, room);
  const body = checkedBody(typed.body, { mayBeEmpty: typed.attachment !== undefined });
  const key = checkedKey(typed.key);
  const entry = room.append(em, { kind: 'message', author: user, body, key, at: now });
  for (const {
    user: { id },
    name,
  } of (await mentionsIn(em, [{ room: room.id, body }]))[0]!)
    em.create(Mention, { room, seq: entry.seq, user: id, name });
  if (typed.attachment) em.create(Attachment, { room, entry, author: user, ...typed.attachment });
  await em.flush();
  return { entry, repeated: false };
}

/** Throws as `post` does for where and who the person is, before what they post is looked at. A retry is left to `post`. */
export async function checkPlace(em: EntityManager, user: User, roomId: number, key: string): Promise<void> {
  const { room } = await roomOfMember(em, user, roomId);
  if (!(await postedBefore(em, user, room, key))) await refuseOutside(em, user, room);
}

async function postedBefore(em: EntityManager, user: User, room: Room, key: string): Promise<Entry | null> {
  return isKey(key) ? em.findOne(Entry, { room, author: user, key }, { populate: ['attachment'] }) : null;
}

/** @throws Forbidden where one of the two in a conversation has blocked the other, Ended where the person is not in the room */
async function refuseOutside(em: EntityManager, user: User, room: Room): Promise<void> {
  if (room.access === 'direct') {
    const refusal = await whyNotDirect(em, user, await partnerIn(em, room, user));
    if (refusal) throw refusal;
  }
  await presenceIn(em, user, room);
}

/** Whether what was sent under the key of this message is the same message: its description may have been bettered since. */
export function isSame(entry: Entry, body: string, description?: string): boolean {
  if (entry.body !== stored(body)) return false;
  return (
    description === undefined ||
    (entry.attachment != null &&
      (entry.attachment.describedAt !== null || entry.attachment.description === description))
  );
}

/** Line breaks as LF, no space around it. */
const stored = (body: string): string => body.replace(/\r\n?/g, '\n').trim();
const count = (characters: number): string => characters.toLocaleString('en');

import type { EntityManager } from '@mikro-orm/core';
import { partnerIn, unhide, whyNotDirect } from './direct.ts';
import { Entry } from './entry.ts';
import { Invalid } from './errors.ts';
import { roomOfMember } from './membership.ts';
import { noteMentions } from './mention.ts';
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
export function checkedBody(body: string): string {
  const text = stored(body);
  const length = lengthOf(text);
  if (length === 0) throw new Invalid({ body: 'Write a message of 1 to 4,000 characters, then send it.' });
  if (length > LONGEST) {
    throw new Invalid({ body: `A message has at most ${count(LONGEST)} characters, and this one has ${count(length)}. Shorten it, or send it in parts.` });
  }
  if (!isWellFormed(text)) throw new Invalid({ body: 'The message has a character that cannot be kept (NUL, or half of a pair). Remove it.' });
  return text;
}

/** Returns the key. @throws Invalid for `key` where it is none */
export function checkedKey(key: string): string {
  if (!KEY.test(key)) throw new Invalid({ key: 'The form had lost its key (8 to 64 letters, digits, - and _), so nothing was sent. Send the message again.' });
  return key;
}

/**
 * Posts a message into the room that the person is in. The same key by the same person in the same
 * room is posted once, for as long as the room exists. Runs inside a transaction.
 * @throws Ended where the person is not in the room, Invalid for what was typed, and as `roomOfMember`
 */
export async function post(em: EntityManager, user: User, roomId: number, typed: Draft, now: Date): Promise<Posted> {
  await lockRooms(em, roomId);
  const { room } = await roomOfMember(em, user, roomId);
  const before = KEY.test(typed.key) ? await em.findOne(Entry, { room, author: user, key: typed.key }) : null;
  if (before && isSame(before, typed.body)) return { entry: before, repeated: true }; // a retry is answered wherever one is by now
  if (room.access === 'direct') await refuseBlocked(em, room, user);
  await presenceIn(em, user, room);
  if (before) return { entry: before, repeated: true };
  if (room.access === 'direct') await unhide(em, room);
  const body = checkedBody(typed.body);
  const key = checkedKey(typed.key);
  const entry = room.append(em, { kind: 'message', author: user, body, key, at: now });
  await noteMentions(em, entry);
  await em.flush();
  return { entry, repeated: false };
}

/** @throws Forbidden where one of the two in a conversation has blocked the other */
async function refuseBlocked(em: EntityManager, room: Room, user: User): Promise<void> {
  const refusal = await whyNotDirect(em, user, await partnerIn(em, room, user));
  if (refusal) throw refusal;
}

/** Whether a text that was sent under the key of this message is the same message. */
export function isSame(entry: Entry, body: string): boolean {
  return entry.body === stored(body);
}

/** Line breaks as LF, no space around it. */
const stored = (body: string): string => body.replace(/\r\n?/g, '\n').trim();
const count = (characters: number): string => characters.toLocaleString('en');

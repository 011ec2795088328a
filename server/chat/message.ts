import type { RequiredEntityData } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Attachment, type KeptFile } from './attachment.ts';
import { partnerIn, unhide, whyNotDirect } from './direct.ts';
import { Entry } from './entry.ts';
import { Invalid } from './errors.ts';
import { roomOfMember } from './membership.ts';
import { noteMentions } from './mention.ts';
import { presenceIn } from './presence.ts';
import { lockRooms, Room } from './room.ts';
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
  if (length === 0 && !mayBeEmpty) throw new Invalid({ body: 'Write a message of 1 to 4,000 characters, then send it.' });
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
  const before = await postedBefore(em, user, room, typed.key);
  if (before && isSame(before, typed.body, typed.attachment?.description)) return { entry: before, repeated: true }; // a retry is answered wherever one is by now
  await refuseOutside(em, user, room);
  if (before) return { entry: before, repeated: true };
  if (room.access === 'direct') await unhide(em, room);
  const body = checkedBody(typed.body, { mayBeEmpty: typed.attachment !== undefined });
  const key = checkedKey(typed.key);
  const entry = room.append(em, { kind: 'message', author: user, body, key, at: now });
  await noteMentions(em, entry);
  if (typed.attachment) em.create(Attachment, { room, entry, ...typed.attachment });
  await em.flush();
  return { entry, repeated: false };
}

/** A message as somebody posts it: the ids of who and where, beside what they have typed. */
export interface Post extends Draft {
  user: number;
  room: number;
  now: Date;
}

/**
 * Posts many messages at once: those about which nothing is in doubt, since the person is in the
 * room, as a member, and it is no conversation of two, the key is a new one, and the text names
 * nobody. Returns their seqs, and undefined for each of the others, of which nothing is stored, and
 * which are for `post`: that has the rules, and this only a shorter way for who keeps to them.
 * Runs inside a transaction.
 */
export async function postPlain(em: EntityManager, posts: Post[]): Promise<(number | undefined)[]> {
  await lockRooms(em, ...posts.map(({ room }) => room));
  const places = await placesOf(em, posts);
  const known = await knownAmong(em, posts.filter(({ key }) => KEY.test(key)));
  const rows: RequiredEntityData<Entry>[] = [];
  const seqs = posts.map(({ user, room, body, key, now }) => {
    const place = places.get(user);
    const name = `${room} ${user} ${key}`;
    if (place?.room.id !== room || !KEY.test(key) || known.has(name) || !isPlain(body)) return undefined;
    known.add(name);
    rows.push({ room, seq: (place.room.last += 1), kind: 'message', author: user, body: stored(body), key, at: now });
    return place.room.last;
  });
  if (rows.length === 0) return seqs;
  await em.insertMany(Entry, rows);
  for (const { id, last } of new Set([...places.values()].map(({ room }) => room))) await em.nativeUpdate(Room, { id }, { lastSeq: last });
  return seqs;
}

/** Where those who post are, as members, conversations of two aside; all in a room share how far its log goes. */
async function placesOf(em: EntityManager, posts: Post[]): Promise<Map<number, { room: { id: number; last: number } }>> {
  const users = [...new Set(posts.map(({ user }) => user))];
  const rows = await em.execute<{ author: number; room: number; last: number }[]>(
    `select p.user_id as author, p.room_id as room, r.last_seq as last from presence p
     join membership m on m.room_id = p.room_id and m.user_id = p.user_id
     join room r on r.id = p.room_id
     where r.access <> 'direct' and p.user_id in (${users.map(() => '?').join(', ')})`,
    users,
  );
  const rooms = new Map(rows.map(({ room, last }) => [room, { id: room, last }]));
  return new Map(rows.map(({ author, room }) => [author, { room: rooms.get(room)! }]));
}

/** Which of these messages are in the log already. */
async function knownAmong(em: EntityManager, posts: Post[]): Promise<Set<string>> {
  if (posts.length === 0) return new Set();
  const rows = await em.execute<{ room: number; author: number; key: string }[]>(
    `select room_id as room, author_id as author, key from entry where ${posts.map(() => '(room_id = ? and author_id = ? and key = ?)').join(' or ')}`,
    posts.flatMap(({ room, user, key }) => [room, user, key]),
  );
  return new Set(rows.map(({ room, author, key }) => `${room} ${author} ${key}`));
}

/** Whether a text can be stored as it is, without a look at whom it may name. */
function isPlain(body: string): boolean {
  try {
    return !checkedBody(body).includes('@');
  } catch {
    return false; // `post` says why
  }
}

/** Throws as `post` does for where and who the person is, before what they post is looked at. A retry is left to `post`. */
export async function checkPlace(em: EntityManager, user: User, roomId: number, key: string): Promise<void> {
  const { room } = await roomOfMember(em, user, roomId);
  if (!(await postedBefore(em, user, room, key))) await refuseOutside(em, user, room);
}

async function postedBefore(em: EntityManager, user: User, room: Room, key: string): Promise<Entry | null> {
  return KEY.test(key) ? em.findOne(Entry, { room, author: user, key }, { populate: ['attachment'] }) : null;
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
  return description === undefined || (entry.attachment != null && (entry.attachment.describedAt !== null || entry.attachment.description === description));
}

/** Line breaks as LF, no space around it. */
const stored = (body: string): string => body.replace(/\r\n?/g, '\n').trim();
const count = (characters: number): string => characters.toLocaleString('en');

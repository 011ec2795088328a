import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { directRefusal, partnerIn } from './direct.ts';
import { Attachment, Entry, type EntryRecord } from './entry.ts';
import { roomOfMember } from './membership.ts';
import { checkedBody, checkedKey, isKey, isSameMessage, type NewMessage } from './message.ts';
import { postId, runInOrder, storePosts } from './post-batch.ts';
import { requirePresence } from './presence.ts';
import { requireMessage } from './reply.ts';
import { lockRooms, type Room } from './room.ts';
import type { User } from './user.ts';

export interface Posted {
  entry: EntryRecord;
  /** Whether the message was stored before, under the same key. */
  repeated: boolean;
}

/**
 * Posts one message. The same key by the same user in the same room is posted once, for as long as the
 * room exists. Runs inside a transaction.
 * @throws NotInRoom, Forbidden as `directRefusal`, Invalid for `body`, `key` and `reply`, and as `roomOfMember`
 */
export async function postMessage(
  em: EntityManager,
  user: User,
  roomId: number,
  typed: NewMessage,
  now: Date,
): Promise<Posted> {
  await lockRooms(em, roomId);
  const { room } = await roomOfMember(em, user, roomId);
  const earlier = await findByKey(em, user, room, typed.key);
  if (earlier && isSameMessage(earlier, typed.body, typed.attachment?.description))
    return { entry: earlier, repeated: true }; // a retry succeeds even if its author has left the room
  await refuseUnlessMayPost(em, user, room, typed);
  if (earlier) return { entry: earlier, repeated: true };
  const { attachment } = typed;
  const body = checkedBody(typed.body, { mayBeEmpty: attachment !== undefined });
  const key = checkedKey(typed.key);
  await requireMessage(em, room, typed.reply);
  const post = {
    user: user.id,
    room: room.id,
    body,
    key,
    reply: typed.reply,
    isFromOutside: typed.isFromOutside,
    byToken: typed.byToken,
    now,
  };
  const stored = await storePosts(em, [post], (rooms, statements) => runInOrder(em, rooms, statements));
  const entry = stored.get(postId(post));
  if (!entry) throw new Error('A message that keeps every rule was not stored.');
  await em.refresh(room); // `storePosts` has changed `lastSeq` without the ORM
  if (!attachment) return { entry, repeated: false };
  const reference = em.getReference(Entry, [room.id, entry.seq]);
  em.create(Attachment, { room, entry: reference, author: user, ...attachment });
  await em.flush();
  return { entry: { ...entry, attachment: { ...attachment, describedAt: null } }, repeated: false };
}

/**
 * Checks the user's rights before the request's body is read. Passes a retry.
 * @returns whether a message is stored under the key @throws as `postMessage`
 */
export async function checkMayPost(
  em: EntityManager,
  user: User,
  roomId: number,
  key: string,
): Promise<boolean> {
  const { room } = await roomOfMember(em, user, roomId);
  const isStored = (await findByKey(em, user, room, key)) !== null;
  if (!isStored) await refuseUnlessMayPost(em, user, room);
  return isStored;
}

async function findByKey(em: EntityManager, user: User, room: Room, key: string): Promise<Entry | null> {
  if (!isKey(key)) return null;
  return em.findOne(Entry, { room, author: user, key }, { populate: ['author', 'attachment'] });
}

async function refuseUnlessMayPost(
  em: EntityManager,
  user: User,
  room: Room,
  { isFromOutside = false } = {},
): Promise<void> {
  if (room.access === 'direct') {
    const refusal = await directRefusal(em, user, await partnerIn(em, room, user));
    if (refusal) throw refusal;
  }
  if (!isFromOutside) await requirePresence(em, user, room);
}

import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { lockRoomOfAdmin } from './administration.ts';
import { appendEntry, Entry } from './entry.ts';
import { Invalid, NotFound } from './errors.ts';
import type { Reader } from './reader.ts';
import { Room } from './room.ts';
import type { User } from './user.ts';

/** Pinned messages of a room. */
export const MOST_PINS = 5;

export const PinSchema = defineEntity({
  name: 'Pin',
  tableName: 'pin',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    /** The seq of the message. */
    seq: p.integer().primary(),
  },
});

/** A message that the page of its room links to, above the log. */
export class Pin extends PinSchema.class {}
PinSchema.setClass(Pin);

/**
 * Pins a message; does nothing if it is pinned. Runs inside a transaction.
 * @throws NotFound if there is no such message, Invalid if there are `MOST_PINS`, and as `roomOfAdmin`
 */
export async function pin(em: EntityManager, admin: User, id: number, seq: number, now: Date): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id);
  const message = await messageIn(em, room, seq);
  const pins = await em.find(Pin, { room });
  if (pins.some((one) => one.seq === seq)) return;
  if (pins.length >= MOST_PINS)
    throw new Invalid({ '': `A room has at most ${MOST_PINS} pinned messages. Unpin one of them first.` });
  em.create(Pin, { room, seq });
  appendEntry(em, room, {
    kind: 'pinned',
    author: admin,
    subject: message.author,
    body: String(seq),
    at: now,
  });
  await em.flush();
}

/** Unpins a message; does nothing if it is not pinned. As `pin`. */
export async function unpin(
  em: EntityManager,
  admin: User,
  id: number,
  seq: number,
  now: Date,
): Promise<void> {
  const room = await lockRoomOfAdmin(em, admin, id);
  const { author } = await messageIn(em, room, seq);
  const pinned = await em.findOne(Pin, { room, seq });
  if (!pinned) return;
  em.remove(pinned);
  appendEntry(em, room, { kind: 'unpinned', author: admin, subject: author, body: String(seq), at: now });
  await em.flush();
}

async function messageIn(em: EntityManager, room: Room, seq: number): Promise<Entry> {
  const message = await em.findOne(Entry, { room, seq, kind: 'message' }, { populate: ['author'] });
  if (!message) throw messageNotFound();
  return message;
}

export const messageNotFound = (): NotFound =>
  new NotFound('There is no such message. Choose one from the room.');

/** A pinned message, as far as a link to it tells. */
export interface PinnedMessage {
  seq: number;
  author: string;
  authorId: number;
  body: string;
}

const PINNED = `
  select p.seq, e.author_id as "authorId", u.username as author, e.body
  from pin p join entry e on e.room_id = p.room_id and e.seq = p.seq join "user" u on u.id = e.author_id
  where p.room_id = ? order by p.seq`;

/** The pinned messages of a room, oldest first. */
export const pinnedMessages = (reader: Reader, room: number): PinnedMessage[] | Promise<PinnedMessage[]> =>
  reader.rows<PinnedMessage>(PINNED, room);

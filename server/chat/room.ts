import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { hasVisible, isWellFormed, lengthOf, searchKey } from '../text/characters.ts';
import { contained } from '../text/direction.ts';
import { Invalid } from './errors.ts';
import { lock } from './lock.ts';
import { User } from './user.ts';

const LONGEST_NAME = 64;
const LONGEST_TOPIC = 200;
/** Spaces and line breaks around a text. */
const AROUND = /^[\p{Z}\t-\r]+|[\p{Z}\t-\r]+$/gu;
const SEVERAL_LINES = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Who may enter: any user, its members, or the two users of a conversation. Nobody may while the room is
 * imported, or deleted: then it has no members, and nobody learns that it exists.
 */
export type Access = 'open' | 'invite' | 'direct' | 'importing' | 'deleted';

export const RoomSchema = defineEntity({
  name: 'Room',
  tableName: 'room',
  properties: {
    id: p.integer().primary().autoincrement(),
    name: p.string(),
    /** `name` folded, by which rooms are sorted and found. */
    nameKey: p
      .string()
      .default('')
      .onCreate((room) => searchKey(room.name))
      .onUpdate((room) => searchKey(room.name)),
    /** What the room is about, on one line; empty if nobody has said it. */
    topic: p.text().default(''),
    access: p.string().$type<Access>(),
    /** The ids of the users of a direct room, the lower first, so that two users have one room; else null. */
    pair: p.string().nullable().unique(),
    creator: () => p.manyToOne(User).index(false),
    /** The seq of the latest entry; 0 before the first. Read and raised while the row is locked. */
    lastSeq: p.integer().default(0),
    /** How many messages the log has: notices do not count. Raised as `lastSeq` is. */
    messages: p.integer().default(0),
    createdAt: p.datetime(3),
    /** When the latest message was written; null before the first. Raised as `lastSeq` is. */
    saidAt: p.datetime(3).nullable(),
    /** Whether the text of its messages stays in the house: mails only say that there are some. */
    toldBare: p.boolean().default(false),
  },
  indexes: [{ properties: ['access', 'nameKey', 'id'] }],
});

/** A chat room with one log, which all users see in the same order. */
export class Room extends RoomSchema.class {}
RoomSchema.setClass(Room);

/** Locks the rooms, as `lock`. */
export const lockRooms = (em: EntityManager, ...ids: number[]): Promise<void> => lock(em, 'room', ids);

/** Returns the name as it is stored: trimmed, and with its direction kept to itself. @throws Invalid for `name` */
export function checkedRoomName(text: string): string {
  const name = text.trim();
  if (!hasVisible(name)) throw new Invalid({ name: 'Enter a name for the room, of 1 to 64 characters.' });
  if (lengthOf(name) > LONGEST_NAME)
    throw new Invalid({ name: `Choose a room name of at most ${LONGEST_NAME} characters.` });
  if (!isWellFormed(name) || SEVERAL_LINES.test(name))
    throw new Invalid({ name: 'Choose a room name of one line, without control characters.' });
  return contained(name);
}

/** Returns the topic as it is stored: trimmed, empty if there is to be none. @throws Invalid for `topic` */
export function checkedTopic(text: string): string {
  const topic = text.replace(AROUND, '');
  if (topic === '') return '';
  if (lengthOf(topic) > LONGEST_TOPIC)
    throw new Invalid({
      topic: `A topic has at most ${LONGEST_TOPIC} characters, and this one has ${lengthOf(topic).toLocaleString('en')}. Shorten it.`,
    });
  if (!isWellFormed(topic) || SEVERAL_LINES.test(topic))
    throw new Invalid({ topic: 'Write a topic of one line, without control characters.' });
  if (!hasVisible(topic))
    throw new Invalid({ topic: 'Write a topic that can be seen, or leave the field empty to have none.' });
  return topic;
}

import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Entry } from './entry.ts';
import { Invalid } from './errors.ts';
import { type Page, readPage } from './paging.ts';
import type { Reader } from './reader.ts';
import type { Room } from './room.ts';

/** Replies on a page of the message that they answer. */
export const REPLIES_PER_PAGE = 20;

const REPLIES =
  'select seq from entry where room_id = ? and reply_to = ? and reply_to is not null order by seq limit ? offset ?';

/** A page of the messages that answer a message, oldest first: their seqs. */
export function repliesPage(
  reader: Reader,
  room: number,
  seq: number,
  number: number,
): Promise<Page<{ seq: number }>> {
  return readPage(reader, REPLIES, [room, seq], { number, size: REPLIES_PER_PAGE });
}

/** Returns the seq of the message that is answered; undefined for none. @throws Invalid for `reply` if it is no seq */
export function checkedReply(typed: string): number | undefined {
  if (typed === '') return undefined;
  if (!/^[1-9]\d{0,8}$/.test(typed)) throw nothingToAnswer();
  return Number(typed);
}

/** @throws Invalid for `reply` if the room has no message with this seq */
export async function requireMessage(em: EntityManager, room: Room, seq: number | undefined): Promise<void> {
  if (seq === undefined) return;
  if (!(await em.findOne(Entry, { room, seq, kind: 'message' }))) throw nothingToAnswer();
}

export const nothingToAnswer = (): Invalid =>
  new Invalid({
    reply:
      'There is no such message in this room to answer. Choose one from the room, or send your text without it.',
  });

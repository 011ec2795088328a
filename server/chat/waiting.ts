import { MOST_COUNTED } from './paging.ts';
import type { Reader } from './reader.ts';

/** Rooms of a user in which the header looks for what waits. */
const MOST_ROOMS = 1000;

/** What waits for a user in one room: unread mentions in a room, or unread messages in a conversation. */
export interface WaitingInRoom {
  room: number;
  /** The seq of the room's latest entry. */
  last: number;
  mentions: number;
  messages: number;
}

/** What waits for a user in all their rooms, each number up to `MOST_COUNTED`. */
export interface Waiting {
  mentions: number;
  messages: number;
}

const ROOMS = `(select room_id, user_id, read_seq from membership where user_id = ? and hidden = false limit ${MOST_ROOMS}) as m`;

/** By the index of a user's memberships, and for each by the key of its room: the length of a log does not matter. */
const WAITING = `
  select found.room, r.last_seq as last, count(*) as mentions, 0 as messages
  from (
    select n.room_id as room
    from ${ROOMS} cross join mention n cross join entry e
    where n.user_id = m.user_id and n.room_id = m.room_id and n.seq > m.read_seq
      and e.room_id = n.room_id and e.seq = n.seq and e.author_id <> n.user_id
      and not exists (select 1 from block b where b.user_id = n.user_id and b.blocked_id = e.author_id)
    limit ${MOST_COUNTED}
  ) as found
  join room r on r.id = found.room
  where r.access <> 'direct'
  group by found.room, r.last_seq
  union all
  select m.room_id, r.last_seq, 0,
    r.messages - coalesce((select e.messages from entry e where e.room_id = m.room_id and e.seq = m.read_seq), 0)
  from ${ROOMS} join room r on r.id = m.room_id
  where r.access = 'direct' and r.last_seq > m.read_seq`;

interface WaitingRow {
  room: number;
  last: number;
  mentions: number | string;
  messages: number | string;
}

/** What waits for a user, by room. One query, of the user's rooms alone. */
export async function waitingByRoom(reader: Reader, user: number): Promise<WaitingInRoom[]> {
  const rows = await reader.rows<WaitingRow>(WAITING, user, user);
  return rows.map(({ mentions, messages, ...row }) => ({
    ...row,
    mentions: Number(mentions),
    messages: Number(messages),
  }));
}

/** The sum over rooms. @param isRead whether the user has been shown a room up to a seq, if that is not stored yet */
export function waitingIn(rooms: WaitingInRoom[], isRead: (room: number, seq: number) => boolean): Waiting {
  const sum = { mentions: 0, messages: 0 };
  for (const { room, last, mentions, messages } of rooms) {
    if (isRead(room, last)) continue;
    sum.mentions = Math.min(sum.mentions + mentions, MOST_COUNTED);
    sum.messages = Math.min(sum.messages + messages, MOST_COUNTED);
  }
  return sum;
}

/** Rooms, and of each the latest messages, that a list of what waits has. */
const MOST_LISTED_ROOMS = 20;
const MOST_OF_ROOM = 20;

const LISTED = (from: string) => `
  select e.seq from ${from} join entry e on e.room_id = w.room_id and e.seq = w.seq
  where e.kind = 'message' and e.author_id <> ?
    and not exists (select 1 from block b where b.user_id = ? and b.blocked_id = e.author_id)
  order by e.seq desc limit ${MOST_OF_ROOM}`;
const LISTED_MENTIONS = LISTED(`(
    select n.room_id, n.seq from mention n join membership m on m.room_id = n.room_id and m.user_id = n.user_id
    where n.user_id = ? and n.room_id = ? and n.seq > m.read_seq order by n.seq desc limit ${MOST_COUNTED}
  ) as w`);
const LISTED_MESSAGES = LISTED(`(
    select l.room_id, l.seq from membership m join entry l on l.room_id = m.room_id and l.seq > m.read_seq
    where m.user_id = ? and m.room_id = ? order by l.seq desc limit ${MOST_COUNTED}
  ) as w`);

/** The latest messages that wait for a user, as their rooms and seqs: in each room the newest first. @param only the only room to look into */
export async function waitingMessages(
  reader: Reader,
  user: number,
  only: number | null = null,
): Promise<{ room: number; seq: number }[]> {
  const rooms = (await waitingByRoom(reader, user)).filter(({ room }) => only === null || room === only);
  const listed: { room: number; seq: number }[] = [];
  for (const { room, mentions } of rooms.slice(0, MOST_LISTED_ROOMS)) {
    const sql = mentions > 0 ? LISTED_MENTIONS : LISTED_MESSAGES;
    const rows = await reader.rows<{ seq: number }>(sql, user, room, user, user);
    listed.push(...rows.map(({ seq }) => ({ room, seq })));
  }
  return listed;
}

import type { Role } from './membership.ts';
import { MOST_COUNTED } from './paging.ts';
import { type Reader, rowOf } from './reader.ts';
import type { Access } from './room.ts';

/** Names of present users that a page shows; others are counted. */
const MOST_NAMES = 50;

/** A room as a user may know it, as plain columns. */
export interface RoomDetails {
  id: number;
  name: string;
  /** What it is about; empty if nobody has said it. */
  topic: string;
  access: Access;
  lastSeq: number;
  /** How many messages the log has. */
  messages: number;
  creator: string;
  /** Null for a stranger to an open room. */
  membership: {
    role: Role;
    readSeq: number;
    announcements: string | null;
    draft: string | null;
    hidden: boolean;
  } | null;
  isBanned: boolean;
}

interface DetailsRow {
  id: number;
  name: string;
  topic: string;
  access: Access;
  lastSeq: number;
  messages: number;
  creator: string;
  role: Role | null;
  readSeq: number;
  announcements: string | null;
  draft: string | null;
  hidden: unknown;
  banned: number | string;
}

/** The name of a conversation is that of the other user. Stands where `m` is the membership of who asks. */
export const NAME_FOR_MEMBER = `case when r.access = 'direct' and m.user_id is not null then coalesce((
    select o.username from membership om join "user" o on o.id = om.user_id where om.room_id = r.id and om.user_id <> m.user_id
  ), r.name) else r.name end as name`;

const DETAILS = `
  select r.id, ${NAME_FOR_MEMBER}, r.topic, r.access, r.last_seq as "lastSeq", r.messages, c.username as creator,
    m.role, m.read_seq as "readSeq", m.announcements, m.draft, m.hidden,
    (select count(*) from ban b where b.room_id = r.id and b.user_id = ?) as banned
  from room r
  join "user" c on c.id = r.creator_id
  left join membership m on m.room_id = r.id and m.user_id = ?
  where r.id = ?`;

/** Returns the room; undefined if there is none, or the user may not know that there is. */
export async function roomDetails(
  reader: Reader,
  user: number,
  id: number,
): Promise<RoomDetails | undefined> {
  const row = await rowOf<DetailsRow>(reader, DETAILS, user, user, id);
  if (!row || (row.role === null && row.access !== 'open')) return undefined;
  const { role, readSeq, announcements, draft, hidden, banned, ...room } = row;
  return {
    ...room,
    membership: role === null ? null : { role, readSeq, announcements, draft, hidden: Boolean(hidden) },
    isBanned: Number(banned) > 0,
  };
}

const NAMES = `
  select username, away, id from (
    select u.username, u.username_key, u.away, u.id from presence p join "user" u on u.id = p.user_id
    where p.room_id = ? order by p.user_id limit ${MOST_NAMES + 1}
  ) as present order by username_key`;
const PRESENT = `select count(*) as present from (select 1 as one from presence where room_id = ? limit ${MOST_COUNTED}) as counted`;

/** Users in a room. */
export interface PresentNames {
  names: string[];
  /** For each name, the words beside it. */
  away: string[];
  others: number;
}

/**
 * The names of users in a room, at most `MOST_NAMES`, and how many others there are.
 * @param blocked ids of the users whose away messages are left out
 */
export async function presentNames(
  reader: Reader,
  room: number,
  blocked: ReadonlySet<number> = new Set(),
): Promise<PresentNames> {
  const rows = await reader.rows<{ username: string; away: string; id: number }>(NAMES, room);
  const names = rows.map(({ username }) => username);
  const away = rows.map((row) => (blocked.has(row.id) ? '' : row.away));
  if (names.length <= MOST_NAMES) return { names, away, others: 0 };
  const counted = await rowOf<{ present: number | string }>(reader, PRESENT, room);
  return { names: names.slice(0, MOST_NAMES), away, others: Number(counted!.present) - MOST_NAMES };
}

const MESSAGES_UP_TO = 'select messages from entry where room_id = ? and seq = ?';

/** Counts the messages, not notices, with a seq over `after`: a difference of two counts that are kept. */
export async function countMessagesAfter(
  reader: Reader,
  { id, lastSeq, messages }: Pick<RoomDetails, 'id' | 'lastSeq' | 'messages'>,
  after: number,
): Promise<number> {
  if (after >= lastSeq) return 0;
  return messages - (await messagesUpTo(reader, id, after));
}

const MESSAGES_BETWEEN = `
  select coalesce((select messages from entry where room_id = ? and seq = ?), 0)
    - coalesce((select messages from entry where room_id = ? and seq = ?), 0) as messages`;

/** Whether there is a message, not only notices, with a seq over `after` and below `before`. */
export async function hasMessagesBetween(
  reader: Reader,
  room: number,
  after: number,
  before: number,
): Promise<boolean> {
  if (before <= after + 1) return false;
  const between = await rowOf<{ messages: number }>(reader, MESSAGES_BETWEEN, room, before - 1, room, after);
  return between!.messages > 0;
}

async function messagesUpTo(reader: Reader, room: number, seq: number): Promise<number> {
  if (seq <= 0) return 0;
  return (await rowOf<{ messages: number }>(reader, MESSAGES_UP_TO, room, seq))?.messages ?? 0;
}

const MENTIONS_AFTER = `
  select count(*) as mentions from (
    select 1 as one from mention n
    join entry e on e.room_id = n.room_id and e.seq = n.seq and e.author_id <> n.user_id
    where n.user_id = ? and n.room_id = ? and n.seq > ?
      and not exists (select 1 from block b where b.user_id = n.user_id and b.blocked_id = e.author_id)
    limit ${MOST_COUNTED}
  ) as counted`;

/** Counts the messages with a seq over `after` that mention the user, up to `MOST_COUNTED`. Their own, and those of users whom they blocked, do not count. */
export async function countMentionsAfter(
  reader: Reader,
  user: number,
  room: number,
  after: number,
): Promise<number> {
  return Number(
    (await rowOf<{ mentions: number | string }>(reader, MENTIONS_AFTER, user, room, after))!.mentions,
  );
}

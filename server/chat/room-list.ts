import { searchKey } from '../text/characters.ts';
import { MOST_COUNTED, type Page, readPage } from './paging.ts';
import type { Reader, Value } from './reader.ts';
import { countMentionsAfter, countMessagesAfter, NAME_FOR_MEMBER } from './room-details.ts';
import type { Access } from './room.ts';

/** A user's own rooms on a page, and their direct rooms, and the open rooms beside them. */
export const ROOMS_PER_PAGE = 50;

export interface ListedRoom {
  room: { id: number; name: string; topic: string; access: Access };
  isBanned: boolean;
  isAdmin: boolean;
  /** The number of unread messages. */
  unread: number;
  /** The number of unread messages that mention the user, up to `MOST_COUNTED`. */
  mentions: number;
  /** Who mentioned the user last, at most `MOST_NAMED`; left out if nobody did. */
  mentionedBy?: string[];
  /** The number of users in it now, up to `MOST_COUNTED`. */
  present: number;
}

/** Which pages of the lists are shown. */
export interface RoomPages {
  own: number;
  direct: number;
  open: number;
}

const ROOM = 'r.id, r.topic, r.access, r.last_seq as "lastSeq", r.messages';
const PRESENT = `(select count(*) from (select 1 as one from presence p where p.room_id = r.id limit ${MOST_COUNTED}) as those) as present`;

/** Rooms whose read marker is not stored yet, as far as the order of the list takes them into account. */
const MOST_UNSAVED = 4;
const READ = `case r.id ${'when ? then ? '.repeat(MOST_UNSAVED)}else m.read_seq end`;
const HAS_UNREAD = `r.messages > coalesce((select e.messages from entry e where e.room_id = r.id and e.seq = ${READ}), 0)`;
/** Finds rooms by a part of their name. */
const NAMED = "and r.name_key like ? escape '\\'";

/** The rooms that a user is a member of: those with unread messages first, then by their latest message. A hidden direct room is left out. */
const OWN = (access: string, condition: string) => `
  select ${ROOM}, ${NAME_FOR_MEMBER}, ${PRESENT}, m.role, m.read_seq as "readSeq"
  from membership m join room r on r.id = m.room_id
  where m.user_id = ? and m.hidden = false and r.access ${access} ${condition}
  order by case when ${HAS_UNREAD} then 0 else 1 end, coalesce(r.said_at, r.created_at) desc, r.name_key, r.id
  limit ? offset ?`;

/** The open rooms that a user is not a member of, by name: by an index, so that a page costs the same among any number. */
const OPEN = (condition: string) => `
  select ${ROOM}, r.name, ${PRESENT}, (select count(*) from ban b where b.room_id = r.id and b.user_id = ?) as banned
  from room r
  where r.access = 'open' ${condition} and not exists (select 1 from membership m where m.room_id = r.id and m.user_id = ?)
  order by r.name_key, r.id limit ? offset ?`;

interface RoomRow {
  id: number;
  name: string;
  topic: string;
  access: Access;
  lastSeq: number;
  messages: number;
  present: number | string;
  role?: string;
  readSeq?: number;
  banned?: number | string;
}

/** How the list is asked for. */
export interface ListOptions {
  /** A part of the names, as typed; empty for all rooms. */
  q?: string;
  /** The user's read markers that are not stored yet. */
  unsaved?: { room: number; seq: number }[];
}

/** The rooms of a user, their direct rooms, and the other open rooms. */
export async function roomList(
  reader: Reader,
  user: number,
  pages: RoomPages,
  { q = '', unsaved = [] }: ListOptions = {},
): Promise<Record<keyof RoomPages, Page<ListedRoom>>> {
  const size = ROOMS_PER_PAGE;
  const condition = q ? NAMED : '';
  const named = q ? [patternOf(q)] : [];
  const markers = Array.from({ length: MOST_UNSAVED }, (_, index) => unsaved[index] ?? { room: 0, seq: 0 });
  const own = [user, ...named, ...markers.flatMap(({ room, seq }) => [room, seq])];
  const read = (sql: string, values: Value[], number: number) =>
    readPage<RoomRow>(reader, sql, values, { number, size });
  const seqs = new Map(unsaved.map(({ room, seq }) => [room, seq]));
  const listed = async ({ rows, ...page }: Page<RoomRow>) => ({
    ...page,
    rows: await Promise.all(rows.map((row) => listedRoom(reader, user, row, seqs.get(row.id) ?? 0))),
  });
  return {
    own: await listed(await read(OWN("<> 'direct'", condition), own, pages.own)),
    direct: await listed(await read(OWN("= 'direct'", condition), own, pages.direct)),
    open: await listed(await read(OPEN(condition), [user, ...named, user], pages.open)),
  };
}

/** Users who are named as those who mentioned somebody. */
const MOST_NAMED = 3;
/** Mentions among which they are looked for. */
const MOST_LOOKED = 50;

/** Who mentioned a user last: the newest mentions, by the index of a user's mentions. */
const MENTIONED_BY = `
  select u.username, max(found.seq) as latest
  from (
    select e.seq, e.author_id from mention n join entry e on e.room_id = n.room_id and e.seq = n.seq
    where n.user_id = ? and n.room_id = ? and n.seq > ? and e.author_id <> n.user_id
      and not exists (select 1 from block b where b.user_id = n.user_id and b.blocked_id = e.author_id)
    order by n.seq desc limit ${MOST_LOOKED}
  ) as found join "user" u on u.id = found.author_id
  group by u.username order by latest desc limit ${MOST_NAMED}`;

/** What finds the text anywhere in a folded name. */
const patternOf = (q: string): string => `%${searchKey(q).replace(/[\\%_]/g, '\\$&')}%`;

async function listedRoom(reader: Reader, user: number, row: RoomRow, unsaved: number): Promise<ListedRoom> {
  const { id, name, topic, access, present, role, readSeq, banned = 0 } = row;
  const read = readSeq === undefined ? row.lastSeq : Math.max(readSeq, unsaved);
  const unread = await countMessagesAfter(reader, row, read);
  const mentions = unread > 0 ? await countMentionsAfter(reader, user, id, read) : 0;
  const by = mentions > 0 ? await reader.rows<{ username: string }>(MENTIONED_BY, user, id, read) : undefined;
  return {
    room: { id, name, topic, access },
    isBanned: Number(banned) > 0,
    isAdmin: role === 'admin',
    unread,
    mentions,
    ...(by && { mentionedBy: by.map(({ username }) => username) }),
    present: Number(present),
  };
}

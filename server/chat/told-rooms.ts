import type { Told } from './away.ts';
import type { Reader } from './reader.ts';
import { NAME_FOR_MEMBER } from './room-details.ts';
import type { Claim } from './telling.ts';

/** Rooms in a mail, and messages of each; the others are counted. */
const MOST_ROOMS = 20;
export const MOST_MESSAGES = 20;

/** A room with what is to be told of it. */
export interface ToldRoom {
  id: number;
  name: string;
  access: string;
  /** Whether its administrators want mails without the text of messages. */
  isBare: boolean;
  /** The seqs of the first messages, at most `MOST_MESSAGES`, with what they are for the user. */
  messages: { seq: number; isMention: boolean; isReply: boolean }[];
  /** How many there are in all, up to the bound of a look. */
  count: number;
}

interface StretchRow {
  id: number;
  name: string;
  access: string;
  bare: boolean | number;
  told: Told | null;
  first: number;
  last: number;
}

/** A stretch of a room's log of which a user is to be told. */
export interface Stretch {
  room: number;
  first: number;
  last: number;
  /** When the first was written, in milliseconds since 1970. */
  since: number | string;
}

/** Of each stretch what is unread, conversations first. @param due a query for stretches: `room`, `first`, `last`, `since` */
const UNREAD = (due: string) => `
  with d (room, first, last, since) as (${due})
  select r.id, ${NAME_FOR_MEMBER}, r.access, r.told_bare as bare, o.what as told, case when m.read_seq >= d.first then m.read_seq + 1 else d.first end as first, d.last
  from d join room r on r.id = d.room join membership m on m.room_id = d.room and m.user_id = ?
  left join away_room o on o.user_id = m.user_id and o.room_id = d.room
  where d.last > m.read_seq
  order by case when r.access = 'direct' then 0 else 1 end, d.since, r.id limit ${MOST_ROOMS}`;
const HELD = UNREAD(
  'select room_id, from_seq, trying_until, since from due where user_id = ? and trying_until is not null',
);
const GIVEN = (count: number) =>
  UNREAD(
    `values ${Array(count).fill('(cast(? as integer), cast(? as integer), cast(? as integer), cast(? as bigint))').join(', ')}`,
  );

/** Entries of a stretch that are looked through: more came together only where nobody reads a mail anyway. */
const MOST_LOOKED = 2000;
const MESSAGES = (condition: string) => `
  select e.seq, case when n.user_id is null then 0 else 1 end as mention, case when t.author_id is null then 0 else 1 end as reply
  from entry e
  left join mention n on n.room_id = e.room_id and n.seq = e.seq and n.user_id = ?
  left join entry t on t.room_id = e.room_id and t.seq = e.reply_to and t.author_id = ?
  where e.room_id = ? and e.seq >= ? and e.seq <= ? and e.kind = 'message' and e.author_id <> ? ${condition}
    and not exists (select 1 from block b where b.user_id = ? and b.blocked_id = e.author_id)
  order by e.seq limit ${MOST_LOOKED}`;
const ALL = MESSAGES('');
const MINE = MESSAGES('and (n.user_id is not null or t.author_id is not null)');

/** What a claim is about: the messages that are meant for the user, and that they have not read. */
export async function toldRooms(reader: Reader, claim: Claim): Promise<ToldRoom[]> {
  return messagesOf(reader, claim, await reader.rows<StretchRow>(HELD, claim.user, claim.user));
}

/** The same of given stretches. */
export async function toldRoomsOf(
  reader: Reader,
  person: Pick<Claim, 'user' | 'choices'>,
  stretches: Stretch[],
): Promise<ToldRoom[]> {
  const given = stretches.flatMap(({ room, first, last, since }) => [room, first, last, Number(since)]);
  const rows = await reader.rows<StretchRow>(GIVEN(stretches.length), ...given, person.user);
  return messagesOf(reader, person, rows);
}

async function messagesOf(
  reader: Reader,
  { user, choices }: Pick<Claim, 'user' | 'choices'>,
  stretches: StretchRow[],
): Promise<ToldRoom[]> {
  const rooms: ToldRoom[] = [];
  for (const { id, name, access, bare, told, first, last } of stretches) {
    const what = told ?? choices.what;
    if (what === 'nothing') continue;
    const rows = await reader.rows<{ seq: number; mention: number; reply: number }>(
      what === 'all' || access === 'direct' ? ALL : MINE,
      user,
      user,
      id,
      first,
      last,
      user,
      user,
    );
    if (rows.length === 0) continue;
    const messages = rows
      .slice(0, MOST_MESSAGES)
      .map(({ seq, mention, reply }) => ({ seq, isMention: mention === 1, isReply: reply === 1 }));
    rooms.push({ id, name, access, isBare: Boolean(bare), messages, count: rows.length });
  }
  return rooms;
}

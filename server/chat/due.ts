import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Room } from './room.ts';
import { User } from './user.ts';

export const NewsSchema = defineEntity({
  name: 'News',
  tableName: 'news',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    fromSeq: p.integer(),
    untilSeq: p.integer(),
    /** When the first was written, in milliseconds since 1970. */
    at: p.bigint('number'),
  },
});

/** Messages of a room of which nobody has looked yet who is to be told: a row a room, however many messages and members there are. */
export class News extends NewsSchema.class {}
NewsSchema.setClass(News);

export const DueSchema = defineEntity({
  name: 'Due',
  tableName: 'due',
  properties: {
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    room: () => p.manyToOne(Room).primary().deleteRule('cascade'),
    fromSeq: p.integer(),
    untilSeq: p.integer(),
    /** Where the part ends that is being sent; null while none is. */
    tryingUntil: p.integer().nullable(),
    /** When the first was written, in milliseconds since 1970. */
    since: p.bigint('number'),
  },
});

/** The stretch of a room's log in which there is something that a user is to be told, unless they read it first. */
export class Due extends DueSchema.class {}
DueSchema.setClass(Due);

export const TellingSchema = defineEntity({
  name: 'Telling',
  tableName: 'telling',
  properties: {
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(false),
    /** When to look next, in milliseconds since 1970. The process that looks sets it ahead, so that no other process does the same. */
    lookAt: p.bigint('number').index(),
    /** How often sending has failed. */
    tries: p.integer().default(0),
    /** The Message-ID of what is being sent, or may have arrived: the next try has the same. Null while nothing is. */
    messageId: p.string().nullable(),
    /** By which way it is being sent. */
    way: p.string().nullable(),
    /** Why the last try failed, for operators. */
    failure: p.text().nullable(),
  },
});

/** A user for whom something is due. */
export class Telling extends TellingSchema.class {}
TellingSchema.setClass(Telling);

/**
 * Notes new messages of rooms, in the transaction that stores them: one statement, which writes nothing where
 * nobody has chosen to be told anything.
 */
export const noteNews = (rooms: number[], now: Date) => ({
  sql: `insert into news (room_id, from_seq, until_seq, at)
    select r.id, r.last_seq + 1, (select max(e.seq) from entry e where e.room_id = r.id), cast(? as bigint) from room r
    where r.id in (${rooms.map(() => '?').join(', ')}) and exists (select 1 from away)
      and exists (select 1 from entry e where e.room_id = r.id and e.seq > r.last_seq)
    on conflict (room_id) do update set until_seq = excluded.until_seq`,
  parameters: [now.getTime(), ...rooms],
});

/** Members who are told every message, and both users of a conversation. The authors are left out later, with what is read by then. */
const EVERY = `
  select m.user_id as person, 'all' as what, cast(? as integer) as seq from membership m where m.room_id = ?`;
const MENTIONED = `
  select n.user_id, 'mine', min(n.seq) from mention n where n.room_id = ? and n.seq >= ? and n.seq <= ? group by n.user_id`;
const ANSWERED = `
  select t.author_id, 'mine', min(e.seq) from entry e join entry t on t.room_id = e.room_id and t.seq = e.reply_to
  where e.room_id = ? and e.seq >= ? and e.seq <= ? and e.reply_to is not null group by t.author_id`;

/** One statement for a room, for all who are to be told. The order is that of locks. */
const SPREAD = `
  insert into due (user_id, room_id, from_seq, until_seq, since)
  select found.person, r.id, min(found.seq), cast(? as integer), cast(? as bigint)
  from (${EVERY} union all ${MENTIONED} union all ${ANSWERED}) as found
  join room r on r.id = ?
  join membership m on m.room_id = r.id and m.user_id = found.person and m.read_seq < ?
  join away a on a.user_id = found.person
  left join away_room o on o.user_id = found.person and o.room_id = r.id
  where coalesce(o.what, a.what) <> 'nothing'
    and (found.what = 'mine' or coalesce(o.what, a.what) = 'all' or r.access = 'direct')
    and (a.mail <> 'never' or a.hook <> 'never' or a.browser)
  group by found.person, r.id order by found.person
  on conflict (user_id, room_id) do update set until_seq = excluded.until_seq`;

/** When to look at those users first. A later look is not brought forward: somebody may be sending. */
const LOOK = `
  insert into telling (user_id, look_at)
  select d.user_id, cast(? as bigint) + 60000 * a.minutes from due d join away a on a.user_id = d.user_id
  where d.room_id = ? and d.until_seq = ? order by d.user_id
  on conflict (user_id) do update set user_id = excluded.user_id`;

/** Rooms in one look. */
const MOST_ROOMS = 100;

/** Finds who is to be told the news of rooms. Each stretch of a log is looked at once, whichever process does it. */
export async function spreadNews(em: EntityManager): Promise<void> {
  const rooms = await em.execute<{ room: number }[]>(
    `select room_id as room from news order by at, room_id limit ${MOST_ROOMS}`,
  );
  for (const { room } of rooms) await em.transactional((em) => spread(em, room));
}

/** A post that is under way holds the row of news, so this waits for it and leaves nothing out. */
async function spread(em: EntityManager, room: number): Promise<void> {
  const [news] = await em.execute<{ first: number; last: number; at: number | string }[]>(
    'delete from news where room_id = ? returning from_seq as first, until_seq as last, at',
    [room],
  );
  if (!news) return;
  const { first, last, at } = news;
  const stretch = [room, first, last];
  await em.execute(SPREAD, [last, Number(at), first, room, ...stretch, ...stretch, room, last], 'run');
  await em.execute(LOOK, [Number(at), room, last], 'run');
}

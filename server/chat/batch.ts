import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type { ShownEntry } from './entry.ts';
import { Membership } from './membership.ts';
import { Mention, mentionsIn } from './mention.ts';
import { checkedBody, isKey } from './message.ts';
import { lockRooms } from './room.ts';

/** A message as somebody posts it: the ids of who and where, beside what they have typed. */
export interface Post {
  user: number;
  room: number;
  body: string;
  key: string;
  now: Date;
}

/** A message that was stored, by plain columns. */
interface Row {
  room: number;
  seq: number;
  author: number;
  username: string;
  key: string;
  direct: boolean | number;
}

/**
 * Stores those who are in the room as members, whose key is a new one, and in a conversation of two
 * those whose partner is there and neither has blocked the other: what `post` finds out one by one.
 */
const INSERT = (rows: number): string => `
  with posted (place, room, author, body, key, at) as (values ${Array(rows).fill('(cast(? as integer), cast(? as integer), cast(? as integer), cast(? as text), cast(? as text), cast(? as timestamptz))').join(', ')})
  insert into entry (room_id, seq, kind, author_id, body, key, at)
  select r.id, r.last_seq + row_number() over (partition by r.id order by posted.place), 'message', posted.author, posted.body, posted.key, posted.at
  from posted
  join presence p on p.user_id = posted.author and p.room_id = posted.room
  join membership m on m.room_id = posted.room and m.user_id = posted.author
  join room r on r.id = posted.room
  where not exists (select 1 from entry e where e.room_id = posted.room and e.author_id = posted.author and e.key = posted.key)
  and (r.access <> 'direct' or exists (
    select 1 from membership o join "user" u on u.id = o.user_id
    where o.room_id = r.id and o.user_id <> posted.author and u.deleted_at is null
    and not exists (select 1 from block b where (b.user_id = o.user_id and b.blocked_id = posted.author) or (b.user_id = posted.author and b.blocked_id = o.user_id))))
  returning room_id as room, seq, author_id as author, key,
    (select u.username from "user" u where u.id = author_id) as username,
    (select r.access from room r where r.id = room_id) = 'direct' as direct`;

/**
 * Posts many messages at once: those about which nothing is in doubt. Returns what was stored, and
 * undefined for each of the others, of which nothing is, and which are for `post`: that has the
 * rules and says what is wrong, and this is only a shorter way for who keeps to them, by as many
 * statements for many as for one. Runs inside a transaction.
 */
export async function postAll(em: EntityManager, posts: Post[]): Promise<(ShownEntry | undefined)[]> {
  const names = new Map<string, { post: Post; body: string }>(); // of two with the same key, the first
  for (const post of posts) {
    const body = storable(post);
    if (body !== undefined && !names.has(nameOf(post.room, post.user, post.key))) names.set(nameOf(post.room, post.user, post.key), { post, body });
  }
  const able = [...names.values()];
  if (able.length === 0) return posts.map(() => undefined);
  await lockRooms(em, ...able.map(({ post }) => post.room));
  const mentions = await mentionsIn(em, able.map(({ post, body }) => ({ room: post.room, body })));
  const rows = await em.execute<Row[]>(INSERT(able.length), able.flatMap(({ post, body }, place) => [place, post.room, post.user, body, post.key, post.now]));
  if (rows.length === 0) return posts.map(() => undefined);
  const stored = new Map(rows.map((row) => [nameOf(row.room, row.author, row.key), row]));
  const entries = new Map(able.flatMap(({ post, body }, index): [Post, ShownEntry][] => {
    const row = stored.get(nameOf(post.room, post.user, post.key));
    if (!row) return [];
    return [[post, { room: { id: row.room }, seq: row.seq, kind: 'message', author: { id: row.author, username: row.username }, body, at: post.now, ...(mentions[index]!.length > 0 && { mentions: mentions[index]! }) }]];
  }));
  await raise(em, rows);
  await unhideAll(em, rows);
  const mentioned = [...entries.values()].flatMap(({ room, seq, mentions = [] }) => mentions.map(({ user, name }) => ({ room: room.id, seq, user: user.id, name })));
  if (mentioned.length > 0) await em.insertMany(Mention, mentioned);
  return posts.map((post) => entries.get(post));
}

/** Takes down how far the logs go now. */
async function raise(em: EntityManager, rows: Row[]): Promise<void> {
  const last = new Map<number, number>();
  for (const { room, seq } of rows) last.set(room, Math.max(seq, last.get(room) ?? 0));
  await em.execute(
    `update room set last_seq = case id ${[...last].map(() => 'when ? then ?').join(' ')} end where id in (${[...last].map(() => '?').join(', ')})`,
    [...[...last].flat(), ...last.keys()], 'run',
  );
}

/** Shows the conversations in both lists again in which something was said. */
async function unhideAll(em: EntityManager, rows: Row[]): Promise<void> {
  const rooms = [...new Set(rows.filter(({ direct }) => direct).map(({ room }) => room))];
  if (rooms.length > 0) await em.nativeUpdate(Membership, { room: { $in: rooms }, hidden: true }, { hidden: false });
}

/** The text as it is to be stored; undefined where something is wrong with it, or with the key: `post` says what. */
function storable({ body, key }: Post): string | undefined {
  try {
    return isKey(key) ? checkedBody(body) : undefined;
  } catch {
    return undefined;
  }
}

const nameOf = (room: number, user: number, key: string): string => `${room} ${user} ${key}`;

import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { noteNews } from './due.ts';
import { type EntryRecord, type MentionRecord, QUOTED } from './entry.ts';
import { mentionsIn } from './mention.ts';
import { checkedBody, isKey } from './message.ts';
import { lockRooms } from './room.ts';

/** A message to post. */
export interface QueuedPost {
  /** The id of the author. */
  user: number;
  /** The id of the room. */
  room: number;
  body: string;
  key: string;
  /** The seq of the message that it answers, if it answers one. */
  reply?: number | undefined;
  /** Whether its author need not be in the room. */
  isFromOutside?: boolean | undefined;
  now: Date;
  /** Session id. If given, the insert also checks that the session still exists. */
  session?: string;
  /** Whether a token posts it. Such a message is stored alone. */
  byToken?: boolean | undefined;
}

/** An SQL statement, and the values of its `?`. */
export interface Statement {
  sql: string;
  parameters: (string | number | Date)[];
  /** Whether it may run together with the next one: each then sees the rows as they were before both. */
  joinsNext?: boolean;
}

/** Runs statements in one transaction that locks the rooms. Returns the rows of each statement. */
export type RunStatements = (rooms: number[], statements: Statement[]) => Promise<unknown[][]>;

/** A row that `insertEntries` returns. */
interface StoredRow {
  room: number;
  seq: number;
  author: number;
  username: string;
  key: string;
  /** What it answers; null for other messages. */
  replyTo: number | null;
  answeredId: number | null;
  answered: string | null;
  answeredBody: string | null;
}

/** A row that `insertMentions` returns. */
interface MentionRow {
  room: number;
  seq: number;
  user: number;
}

/**
 * Posts many messages in one transaction: three statements for a hundred messages as for one, and no
 * statement needs the rows of another. Returns the stored entry of each message; undefined for one that
 * breaks a rule, for which `postMessage` throws the refusal.
 */
export async function postAll(
  em: EntityManager,
  posts: QueuedPost[],
  run: RunStatements = inTransaction(em),
): Promise<(EntryRecord | undefined)[]> {
  const valid = new Map<string, QueuedPost>(); // the first of two with the same key
  for (const post of posts) {
    const body = validBody(post);
    if (body !== undefined && !valid.has(postId(post))) valid.set(postId(post), { ...post, body });
  }
  if (valid.size === 0) return posts.map(() => undefined);
  const stored = await storePosts(em, [...valid.values()], run);
  return posts.map((post) => {
    const entry = stored.get(postId(post));
    stored.delete(postId(post));
    return entry;
  });
}

/** Stores the posts that keep the rules of `insertEntries`. The texts are valid. Returns the entries by `postId`. */
export async function storePosts(
  em: EntityManager,
  posts: QueuedPost[],
  run: RunStatements,
): Promise<Map<string, EntryRecord>> {
  const mentionsOfPosts = await mentionsIn(em, posts);
  const mentions = posts.flatMap((post, index) =>
    mentionsOfPosts[index]!.map((mention) => ({ post, mention })),
  );
  const rooms = [...new Set(posts.map(({ room }) => room))];
  const results = await run(rooms, [
    insertEntries(posts),
    ...(mentions.length > 0 ? [insertMentions(mentions)] : []),
    { sql: unhideDirects(rooms.length), parameters: rooms, joinsNext: true },
    { ...noteNews(rooms, posts[0]!.now), joinsNext: true },
    { sql: raiseLastSeq(rooms.length), parameters: rooms },
  ]);
  const rows = results[0] as StoredRow[];
  const storedMentions = new Set(mentions.length > 0 ? (results[1] as MentionRow[]).map(mentionId) : []);
  const byId = new Map(posts.map((post, index) => [postId(post), { post, found: mentionsOfPosts[index]! }]));
  return new Map(
    rows.map((row): [string, EntryRecord] => {
      const id = postId({ ...row, user: row.author });
      const { post, found } = byId.get(id)!;
      const stored = found.filter(({ user }) => storedMentions.has(mentionId({ ...row, user: user.id })));
      return [id, storedEntry(row, post, stored)];
    }),
  );
}

function storedEntry(
  { room, seq, author, username, replyTo, answeredId, answered, answeredBody }: StoredRow,
  { body, now, byToken = false }: QueuedPost,
  mentions: MentionRecord[],
): EntryRecord {
  return {
    room: { id: room },
    seq,
    kind: 'message',
    author: { id: author, username },
    body,
    at: now,
    byToken,
    ...(mentions.length > 0 && { mentions }),
    ...(replyTo !== null && {
      reply: { seq: replyTo, author: { id: answeredId!, username: answered! }, beginning: answeredBody! },
    }),
  };
}

/**
 * Inserts the messages that keep the rules of posting; every way of posting ends here. The author is a
 * member and in the room (unless they may post from outside), the key is new, what it answers is a message of the room, and the session still exists. In a direct room, the other user
 * has an account, and neither has blocked the other. `post.ts` throws the refusal for a broken rule.
 */
function insertEntries(posts: QueuedPost[]): Statement {
  const byToken = posts.some(({ byToken }) => byToken);
  return {
    sql: `with posted (place, room, author, body, key, at, session, reply, outside) as (values ${listOf(posts.length, '(cast(? as integer), cast(? as integer), cast(? as integer), cast(? as text), cast(? as text), cast(? as timestamptz), cast(? as text), cast(? as integer), cast(? as integer))')})
      insert into entry (room_id, seq, messages, kind, author_id, body, key, at, reply_to, by_token)
      select r.id, r.last_seq + row_number() over (partition by r.id order by posted.place), r.messages + row_number() over (partition by r.id order by posted.place), 'message', posted.author, posted.body, posted.key, posted.at, t.seq, ${byToken}
      from posted
      left join presence p on p.user_id = posted.author and p.room_id = posted.room
      join membership m on m.room_id = posted.room and m.user_id = posted.author
      join room r on r.id = posted.room
      left join entry t on t.room_id = posted.room and t.seq = posted.reply and t.kind = 'message'
      where (posted.outside = 1 or p.user_id is not null)
      and (posted.reply = 0 or t.seq is not null)
      and (posted.session = '' or exists (select 1 from session s where s.id = posted.session and s.user_id = posted.author))
      and not exists (select 1 from entry e where e.room_id = posted.room and e.author_id = posted.author and e.key = posted.key)
      and (r.access <> 'direct' or exists (
        select 1 from membership o join "user" u on u.id = o.user_id
        where o.room_id = r.id and o.user_id <> posted.author and u.deleted_at is null
        and not exists (select 1 from block b where (b.user_id = o.user_id and b.blocked_id = posted.author) or (b.user_id = posted.author and b.blocked_id = o.user_id))))
      returning room_id as room, seq, author_id as author, key, reply_to as "replyTo", (select u.username from "user" u where u.id = author_id) as username,
        (select t.author_id from entry t where t.room_id = entry.room_id and t.seq = entry.reply_to) as "answeredId",
        (select u.username from entry t join "user" u on u.id = t.author_id where t.room_id = entry.room_id and t.seq = entry.reply_to) as answered,
        (select substr(t.body, 1, ${QUOTED}) from entry t where t.room_id = entry.room_id and t.seq = entry.reply_to) as "answeredBody"`,
    parameters: posts.flatMap(
      ({ user, room, body, key, now, session = '', reply = 0, isFromOutside = false }, place) => [
        place,
        room,
        user,
        body,
        key,
        now,
        session,
        reply,
        Number(isFromOutside),
      ],
    ),
  };
}

/** Inserts the mentions in stored messages, of users who are still members and still have that username. */
function insertMentions(mentions: { post: QueuedPost; mention: MentionRecord }[]): Statement {
  return {
    sql: `with named (room, author, key, person, name) as (values ${listOf(mentions.length, '(cast(? as integer), cast(? as integer), cast(? as text), cast(? as integer), cast(? as text))')})
      insert into mention (room_id, seq, user_id, name)
      select e.room_id, e.seq, u.id, named.name
      from named
      join room r on r.id = named.room
      join entry e on e.room_id = named.room and e.author_id = named.author and e.key = named.key and e.seq > r.last_seq
      join "user" u on u.id = named.person and u.username_key = named.name
      join membership m on m.room_id = named.room and m.user_id = named.person
      returning room_id as room, seq, user_id as "user"`,
    parameters: mentions.flatMap(({ post, mention }) => [
      post.room,
      post.user,
      post.key,
      mention.user.id,
      mention.name,
    ]),
  };
}

/** True while the room has entries beyond `last_seq`. */
const HAS_NEW_ENTRIES = 'exists (select 1 from entry e where e.room_id = room.id and e.seq > room.last_seq)';
/** Shows direct rooms with new entries in the room lists of both users again. */
const unhideDirects = (rooms: number): string =>
  `update membership set hidden = false where hidden = true and room_id in (select id from room where id in (${listOf(rooms, '?')}) and access = 'direct' and ${HAS_NEW_ENTRIES})`;
/** Sets `last_seq`, `messages` and `said_at` to those of the last entry, which is a message. */
const raiseLastSeq = (rooms: number): string =>
  `update room set (last_seq, messages, said_at) = (select e.seq, e.messages, e.at from entry e where e.room_id = room.id order by e.seq desc limit 1) where id in (${listOf(rooms, '?')}) and ${HAS_NEW_ENTRIES}`;

const listOf = (count: number, item: string): string => Array(count).fill(item).join(', ');

const inTransaction =
  (em: EntityManager): RunStatements =>
  (rooms, statements) =>
    em.transactional((em) => runInOrder(em, rooms, statements));

/** Runs inside a transaction. */
export async function runInOrder(
  em: EntityManager,
  rooms: number[],
  statements: Statement[],
): Promise<unknown[][]> {
  await lockRooms(em, ...rooms);
  const results: unknown[][] = [];
  for (const { sql, parameters } of statements) results.push(await em.execute<unknown[]>(sql, parameters));
  return results;
}

/** Returns the text as it is stored; undefined if the text or the key breaks a rule. */
function validBody({ body, key }: QueuedPost): string | undefined {
  try {
    return isKey(key) ? checkedBody(body) : undefined;
  } catch {
    return undefined;
  }
}

/** Identifies a post: a user can use each key once in a room. */
export const postId = ({ room, user, key }: Pick<QueuedPost, 'room' | 'user' | 'key'>): string =>
  `${room} ${user} ${key}`;
const mentionId = ({ room, seq, user }: MentionRow): string => `${room} ${seq} ${user}`;

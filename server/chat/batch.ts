import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type { ShownEntry } from './entry.ts';
import { mentionsIn } from './mention.ts';
import { checkedBody, isKey } from './message.ts';
import { lockRooms } from './room.ts';

/** A message as somebody posts it: the ids of who and where, beside what they have typed. */
export interface Post {
  user: number;
  room: number;
  body: string;
  key: string;
  now: Date;
  /** The id of the session that they post with, where that it is still there is to be asked in the same breath. */
  session?: string;
}

/** A statement, with what stands for each `?` in it. */
export interface Statement {
  sql: string;
  parameters: (string | number | Date)[];
}

/** Runs statements in one transaction that holds these rooms, and returns the rows of each once it is committed. */
export type Run = (rooms: number[], statements: Statement[]) => Promise<unknown[][]>;

/** A message that was stored, and somebody who was noted to be mentioned in one. */
interface Stored {
  room: number;
  seq: number;
  author: number;
  username: string;
  key: string;
}
interface Noted {
  room: number;
  seq: number;
  user: number;
}

/**
 * Posts many messages at once: those about which nothing is in doubt. Returns what was stored, and
 * undefined for each of the others, of which nothing is, and which are for `post`: that has the
 * rules and says what is wrong, and this is only a shorter way for who keeps to them. Whether they
 * do is asked by the statements that store, so that they are as many for a hundred as for one, and
 * none has to wait for what another has told.
 */
export async function postAll(
  em: EntityManager,
  posts: Post[],
  run: Run = inTransaction(em),
): Promise<(ShownEntry | undefined)[]> {
  const able = new Map<string, Post>(); // of two with the same key, the first
  for (const post of posts) {
    const body = storable(post);
    if (body !== undefined && !able.has(nameOf(post))) able.set(nameOf(post), { ...post, body });
  }
  if (able.size === 0) return posts.map(() => undefined);
  const texts = [...able.values()];
  const mentions = await mentionsIn(em, texts);
  const mentioned = texts.flatMap(({ room, user, key }, index) =>
    mentions[index]!.map((mention) => ({ room, author: user, key, ...mention })),
  );
  const rooms = [...new Set(texts.map(({ room }) => room))];
  const [stored, ...rest] = await run(rooms, [
    insertOf(texts),
    ...(mentioned.length > 0
      ? [mentionOf(mentioned.map(({ room, author, key, user, name }) => [room, author, key, user.id, name]))]
      : []),
    { sql: UNHIDE(rooms.length), parameters: rooms },
    { sql: RAISE(rooms.length), parameters: rooms },
  ]);
  const noted = new Set(
    mentioned.length > 0 ? (rest[0] as Noted[]).map(({ room, seq, user }) => `${room} ${seq} ${user}`) : [],
  );
  const entries = new Map(
    (stored as Stored[]).map(({ room, seq, author, username, key }): [string, ShownEntry] => {
      const name = nameOf({ room, user: author, key });
      const { body, now } = able.get(name)!;
      const own =
        noted.size === 0
          ? []
          : mentions[texts.findIndex((text) => nameOf(text) === name)]!.filter(({ user }) =>
              noted.has(`${room} ${seq} ${user.id}`),
            );
      return [
        name,
        {
          room: { id: room },
          seq,
          kind: 'message',
          author: { id: author, username },
          body,
          at: now,
          ...(own.length > 0 && { mentions: own }),
        },
      ];
    }),
  );
  return posts.map((post) => {
    const entry = entries.get(nameOf(post));
    entries.delete(nameOf(post));
    return entry;
  });
}

/**
 * Stores those who are in the room as members, whose key is a new one, and in a conversation of two
 * those whose partner is there and neither has blocked the other: what `post` finds out one by one.
 */
function insertOf(posts: Post[]): Statement {
  return {
    sql: `with posted (place, room, author, body, key, at, session) as (values ${listOf(posts.length, '(cast(? as integer), cast(? as integer), cast(? as integer), cast(? as text), cast(? as text), cast(? as timestamptz), cast(? as text))')})
      insert into entry (room_id, seq, kind, author_id, body, key, at)
      select r.id, r.last_seq + row_number() over (partition by r.id order by posted.place), 'message', posted.author, posted.body, posted.key, posted.at
      from posted
      join presence p on p.user_id = posted.author and p.room_id = posted.room
      join membership m on m.room_id = posted.room and m.user_id = posted.author
      join room r on r.id = posted.room
      where (posted.session = '' or exists (select 1 from session s where s.id = posted.session and s.user_id = posted.author))
      and not exists (select 1 from entry e where e.room_id = posted.room and e.author_id = posted.author and e.key = posted.key)
      and (r.access <> 'direct' or exists (
        select 1 from membership o join "user" u on u.id = o.user_id
        where o.room_id = r.id and o.user_id <> posted.author and u.deleted_at is null
        and not exists (select 1 from block b where (b.user_id = o.user_id and b.blocked_id = posted.author) or (b.user_id = posted.author and b.blocked_id = o.user_id))))
      returning room_id as room, seq, author_id as author, key, (select u.username from "user" u where u.id = author_id) as username`,
    parameters: posts.flatMap(({ user, room, body, key, now, session = '' }, place) => [
      place,
      room,
      user,
      body,
      key,
      now,
      session,
    ]),
  };
}

/** Notes whom those that were stored mention, as far as they are still called so, and members. */
function mentionOf(
  rows: [room: number, author: number, key: string, user: number, name: string][],
): Statement {
  return {
    sql: `with named (room, author, key, person, name) as (values ${listOf(rows.length, '(cast(? as integer), cast(? as integer), cast(? as text), cast(? as integer), cast(? as text))')})
      insert into mention (room_id, seq, user_id, name)
      select e.room_id, e.seq, u.id, named.name
      from named
      join room r on r.id = named.room
      join entry e on e.room_id = named.room and e.author_id = named.author and e.key = named.key and e.seq > r.last_seq
      join "user" u on u.id = named.person and u.username_key = named.name
      join membership m on m.room_id = named.room and m.user_id = named.person
      returning room_id as room, seq, user_id as "user"`,
    parameters: rows.flat(),
  };
}

/** What is new in a room, as long as it is not taken down how far its log goes. */
const NEW = 'exists (select 1 from entry e where e.room_id = room.id and e.seq > room.last_seq)';
/** Shows the conversations in both lists again in which something was said. */
const UNHIDE = (rooms: number): string =>
  `update membership set hidden = false where hidden = true and room_id in (select id from room where id in (${listOf(rooms, '?')}) and access = 'direct' and ${NEW})`;
/** Takes down how far the logs go now. */
const RAISE = (rooms: number): string =>
  `update room set last_seq = (select max(e.seq) from entry e where e.room_id = room.id) where id in (${listOf(rooms, '?')}) and ${NEW}`;

const listOf = (count: number, item: string): string => Array(count).fill(item).join(', ');

/** Runs them as any other work. */
const inTransaction =
  (em: EntityManager): Run =>
  (rooms, statements) =>
    em.transactional(async (em) => {
      await lockRooms(em, ...rooms);
      const results: unknown[][] = [];
      for (const { sql, parameters } of statements)
        results.push(await em.execute<unknown[]>(sql, parameters));
      return results;
    });

/** The text as it is to be stored; undefined where something is wrong with it, or with the key: `post` says what. */
function storable({ body, key }: Post): string | undefined {
  try {
    return isKey(key) ? checkedBody(body) : undefined;
  } catch {
    return undefined;
  }
}

const nameOf = ({ room, user, key }: Pick<Post, 'room' | 'user' | 'key'>): string => `${room} ${user} ${key}`;

import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { ShownEntry } from './entry.ts';
import { namesAt } from './line-marks.ts';
import { parse } from './marks.ts';
import { Membership } from './membership.ts';
import { Room } from './room.ts';
import { User } from './user.ts';

export const MentionSchema = defineEntity({
  name: 'Mention',
  tableName: 'mention',
  properties: {
    room: () => p.manyToOne(Room).primary().deleteRule('cascade').index(false),
    seq: p.integer().primary(),
    /** Who is mentioned: a member of the room when the message was posted. */
    user: () => p.manyToOne(User).primary().deleteRule('cascade'),
    /** The username that they had then, folded: what stands in the text, whatever they are called by now. */
    name: p.string(),
  },
});

/** That a message mentions a person. */
export class Mention extends MentionSchema.class {}
MentionSchema.setClass(Mention);

/** Whom a message mentions, and what stands in it for them. */
export interface ShownMention {
  user: { id: number; username: string };
  name: string;
}

/**
 * Whom each of these messages mentions: those members of its room whose usernames it has after an
 * `@`, by id, as they are found in the database. One query for all.
 */
export async function mentionsIn(
  em: EntityManager,
  messages: { room: number; body: string }[],
): Promise<ShownMention[][]> {
  const keys = messages.map(({ body }) =>
    [...body.matchAll(/@/g)].flatMap(({ index }) => namesAt(body, index).map(({ key }) => key)),
  );
  const wanted = new Set(keys.flat());
  if (wanted.size === 0) return messages.map(() => []);
  const members = await em.find(
    Membership,
    { room: [...new Set(messages.map(({ room }) => room))], user: { usernameKey: [...wanted] } },
    { populate: ['user'], refresh: true },
  );
  return messages.map(({ room, body }, index) => {
    const users = new Map(
      members
        .filter((member) => member.room.id === room && keys[index]!.includes(member.user.usernameKey!))
        .map(({ user }) => [user.usernameKey!, user]),
    );
    if (users.size === 0) return [];
    const names = new Map([...users.keys()].map((key) => [key, key]));
    const mentioned = parse(body, names)
      .flatMap(({ children }) => children ?? [])
      .filter(({ type }) => type === 'mention')
      .map(({ info }) => info);
    return [...new Set(mentioned)]
      .map((name) => ({ user: { id: users.get(name)!.id, username: users.get(name)!.username! }, name }))
      .sort((a, b) => a.user.id - b.user.id);
  });
}

/** Gives entries of one room, oldest first, the mentions in them, by one query for all. */
export async function withMentions<E extends ShownEntry>(em: EntityManager, entries: E[]): Promise<E[]> {
  const able = entries.filter(({ kind, body }) => kind === 'message' && body.includes('@'));
  if (able.length === 0) return entries;
  const mentions = await em.find(
    Mention,
    { room: able[0]!.room.id, seq: { $in: able.map(({ seq }) => seq) } },
    { populate: ['user'], orderBy: { user: 'asc' } },
  );
  const bySeq = Map.groupBy(mentions, ({ seq }) => seq);
  for (const entry of able)
    entry.mentions = (bySeq.get(entry.seq) ?? []).map(({ user, name }) => ({
      user: { id: user.id, username: user.username! },
      name,
    }));
  return entries;
}

/** What mentions a person, but for what they wrote themself and what is of somebody whom they have blocked. */
const TO_THEM = `from mention n
  join entry e on e.room_id = n.room_id and e.seq = n.seq and e.author_id <> n.user_id
  join membership m on m.room_id = n.room_id and m.user_id = n.user_id
  where n.user_id = ? and not exists (select 1 from block b where b.user_id = n.user_id and b.blocked_id = e.author_id)`;

/** How many messages that mention the person, in each of their rooms, they have not been shown yet. */
export async function unreadMentions(em: SqlEntityManager, user: User): Promise<Map<number, number>> {
  const rows = await em.execute<{ room: number; mentions: number | string }[]>(
    `select n.room_id as room, count(*) as mentions ${TO_THEM} and n.seq > m.read_seq group by n.room_id`,
    [user.id],
  );
  return new Map(rows.map(({ room, mentions }) => [room, Number(mentions)]));
}

/** How many messages with a seq over `after` mention the person. */
export async function countMentionsAfter(
  em: SqlEntityManager,
  user: User,
  room: Room,
  after: number,
): Promise<number> {
  const [row] = await em.execute<{ mentions: number | string }[]>(
    `select count(*) as mentions ${TO_THEM} and n.room_id = ? and n.seq > ?`,
    [user.id, room.id, after],
  );
  return Number(row?.mentions);
}

import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Entry } from './entry.ts';
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

/** Notes whom a message mentions: those members of its room whose usernames it has after an `@`. */
export async function noteMentions(em: EntityManager, { room, seq, body }: Entry): Promise<void> {
  const keys = [...body.matchAll(/@/g)].flatMap(({ index }) => namesAt(body, index).map(({ key }) => key));
  if (keys.length === 0) return;
  const members = await em.find(Membership, { room, user: { usernameKey: { $in: [...new Set(keys)] } } }, { populate: ['user'] });
  const users = new Map(members.map(({ user }) => [user.usernameKey!, user.id]));
  const names = new Map([...users.keys()].map((key) => [key, key]));
  const mentioned = parse(body, names).flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'mention');
  for (const name of new Set(mentioned.map(({ info }) => info))) em.create(Mention, { room, seq, user: users.get(name)!, name });
}

/** Gives entries of one room, oldest first, the mentions in them, by one query for all. */
export async function withMentions(em: EntityManager, entries: Entry[]): Promise<Entry[]> {
  const able = entries.filter(({ kind, body }) => kind === 'message' && body.includes('@'));
  if (able.length === 0) return entries;
  const mentions = await em.find(Mention, { room: able[0]!.room, seq: { $in: able.map(({ seq }) => seq) } }, { populate: ['user'] });
  const bySeq = Map.groupBy(mentions, ({ seq }) => seq);
  for (const entry of able) entry.mentions = bySeq.get(entry.seq) ?? [];
  return entries;
}

/** What mentions a person, but for what they wrote themself and what is of somebody whom they have blocked. */
const TO_THEM = `from mention n
  join entry e on e.room_id = n.room_id and e.seq = n.seq and e.author_id <> n.user_id
  join membership m on m.room_id = n.room_id and m.user_id = n.user_id
  where n.user_id = ? and not exists (select 1 from block b where b.user_id = n.user_id and b.blocked_id = e.author_id)`;

/** How many messages that mention the person, in each of their rooms, they have not been shown yet. */
export async function unreadMentions(em: SqlEntityManager, user: User): Promise<Map<number, number>> {
  const rows = await em.execute<{ room: number; mentions: number | string }[]>(`select n.room_id as room, count(*) as mentions ${TO_THEM} and n.seq > m.read_seq group by n.room_id`, [user.id]);
  return new Map(rows.map(({ room, mentions }) => [room, Number(mentions)]));
}

/** How many messages with a seq over `after` mention the person. */
export async function countMentionsAfter(em: SqlEntityManager, user: User, room: Room, after: number): Promise<number> {
  const [row] = await em.execute<{ mentions: number | string }[]>(`select count(*) as mentions ${TO_THEM} and n.room_id = ? and n.seq > ?`, [user.id, room.id, after]);
  return Number(row?.mentions);
}

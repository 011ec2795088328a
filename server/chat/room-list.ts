import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { bansOf } from './ban.ts';
import { Membership } from './membership.ts';
import { unreadMentions } from './mention.ts';
import { Presence } from './presence.ts';
import { Room } from './room.ts';
import type { User } from './user.ts';

/** A room as the list shows it. */
export interface Listed {
  room: Room;
  /** Whether the person was removed from it. */
  isBanned: boolean;
  /** Whether the person administers it. */
  isAdmin: boolean;
  /** How many messages the person has not been shown yet. */
  unread: number;
  /** How many of them mention the person. */
  mentions: number;
  /** How many people are in it now. */
  present: number;
}

/** The rooms that a person belongs to, their conversations, and the open rooms beside them, each by name. */
export async function roomList(
  em: EntityManager,
  user: User,
): Promise<{ own: Listed[]; direct: Listed[]; open: Listed[] }> {
  const memberships = await em.find(Membership, { user }, { populate: ['room'] });
  const roles = new Map(memberships.map(({ room, role }) => [room.id, role]));
  const others = await em.find(Room, { access: 'open', id: { $nin: [...roles.keys()] } });
  const present = await presentCounts(em);
  const unread = await unreadCounts(em, user);
  const mentions = await unreadMentions(em, user);
  const bans = new Set((await bansOf(em, user)).map(({ room }) => room.id));
  const list = (rooms: Room[]): Listed[] =>
    rooms
      .map((room) => ({
        room,
        isBanned: bans.has(room.id),
        isAdmin: roles.get(room.id) === 'admin',
        unread: unread.get(room.id) ?? 0,
        mentions: mentions.get(room.id) ?? 0,
        present: present.get(room.id) ?? 0,
      }))
      .sort((a, b) => a.room.name.localeCompare(b.room.name) || a.room.id - b.room.id);
  const own = memberships.filter(({ hidden }) => !hidden).map(({ room }) => room as Room);
  const [direct, rooms] = [
    own.filter(({ access }) => access === 'direct'),
    own.filter(({ access }) => access !== 'direct'),
  ];
  return { own: list(rooms), direct: list(direct), open: list(others) };
}

async function presentCounts(em: EntityManager): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (const { room } of await em.find(Presence, {}, { fields: ['room'] })) {
    counts.set(room.id, (counts.get(room.id) ?? 0) + 1);
  }
  return counts;
}

async function unreadCounts(em: EntityManager, user: User): Promise<Map<number, number>> {
  const rows = await em.execute<{ room: number; unread: number | string }[]>(
    `select m.room_id as room, count(*) as unread from membership m
     join entry e on e.room_id = m.room_id and e.seq > m.read_seq and e.kind = 'message'
     where m.user_id = ? group by m.room_id`,
    [user.id],
  );
  return new Map(rows.map(({ room, unread }) => [room, Number(unread)]));
}

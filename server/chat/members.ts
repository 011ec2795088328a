import { usernameKey } from '../text/addresses.ts';
import { isWellFormed } from '../text/characters.ts';
import type { Role } from './membership.ts';
import { MOST_COUNTED, type Page, readPage } from './paging.ts';
import { type Reader, rowOf } from './reader.ts';

/** A page of more would be long. */
export const MEMBERS_PER_PAGE = 50;

export interface ListedMember {
  id: number;
  username: string;
  role: Role;
  joinedAt: Date;
}

const MEMBERS = `
  select u.id, u.username, m.role, m.joined_at as "joinedAt"
  from membership m join "user" u on u.id = m.user_id
  where m.room_id = ? order by m.role, u.username_key limit ? offset ?`;

/** A page of the members of a room, administrators first, then by username. */
export async function membersPage(reader: Reader, room: number, number: number): Promise<Page<ListedMember>> {
  const page = await readPage<ListedMember>(reader, MEMBERS, [room], { number, size: MEMBERS_PER_PAGE });
  for (const member of page.rows) member.joinedAt = new Date(reader.time(member.joinedAt));
  page.rows.sort((a, b) => a.role.localeCompare(b.role) || a.username.localeCompare(b.username));
  return page;
}

const MEMBER = `
  select u.id, u.username, m.role, m.joined_at as "joinedAt"
  from membership m join "user" u on u.id = m.user_id
  where m.room_id = ? and u.username_key = ?`;

/** The member of a room with this username; undefined if there is none. */
export async function memberNamed(
  reader: Reader,
  room: number,
  username: string,
): Promise<ListedMember | undefined> {
  if (!isWellFormed(username)) return undefined;
  const member = await rowOf<ListedMember>(reader, MEMBER, room, usernameKey(username));
  return member && { ...member, joinedAt: new Date(reader.time(member.joinedAt)) };
}

const COUNT = `select count(*) as members from (select 1 as one from membership where room_id = ? limit ${MOST_COUNTED}) as counted`;

/** The number of members, up to `MOST_COUNTED`. */
export async function countMembers(reader: Reader, room: number): Promise<number> {
  return Number((await rowOf<{ members: number | string }>(reader, COUNT, room))!.members);
}

import { usernameKey } from '../text/addresses.ts';
import { isWellFormed } from '../text/characters.ts';
import { UserNotFound } from './errors.ts';
import type { FriendshipStatus } from './friendship.ts';
import { type Page, readPage, sortByUsername } from './paging.ts';
import { type Reader, rowOf } from './reader.ts';

/** Friends on a page: each has two forms, or a form and a checkbox. */
export const FRIENDS_PER_PAGE = 25;
/** Users on a page of any other list of People. */
export const PEOPLE_PER_PAGE = 15;

export interface ListedUser {
  id: number;
  username: string;
}

export interface ListedFriend extends ListedUser {
  /** The words beside their name. */
  away: string;
  /** Whether they are in a room now, if they let friends see that. */
  isHere: boolean;
  /** The room that they are in, if the user may enter it. */
  room: { id: number; name: string } | undefined;
}

interface FriendRow extends ListedUser {
  away: string;
  present: number | null;
  roomId: number | null;
  roomName: string | null;
}

const FRIENDS = `
  select f.other as id, f.username, f.away, p.room_id as present, r.id as "roomId", r.name as "roomName"
  from (
    select pair.me, pair.other, u.username, u.username_key, u.whereabouts, u.away
    from (
      select low_id as me, high_id as other from friendship where low_id = ? and accepted_at is not null
      union all
      select high_id, low_id from friendship where high_id = ? and accepted_at is not null
    ) as pair
    join "user" u on u.id = pair.other
    order by u.username_key limit ? offset ?
  ) as f
  left join presence p on p.user_id = f.other and f.whereabouts = 'friends'
  left join room r on r.id = p.room_id and (
    exists (select 1 from membership m where m.room_id = r.id and m.user_id = f.me)
    or (r.access = 'open' and not exists (select 1 from ban b where b.room_id = r.id and b.user_id = f.me))
  )
  order by f.username_key`;

/** A page of the user's friends, with where they are. */
export async function friendsPage(reader: Reader, user: number, number: number): Promise<Page<ListedFriend>> {
  const page = await readPage<FriendRow>(reader, FRIENDS, [user, user], { number, size: FRIENDS_PER_PAGE });
  const rows = page.rows.map(({ id, username, away, present, roomId, roomName }) => ({
    id,
    username,
    away,
    isHere: present !== null,
    room: roomId === null ? undefined : { id: roomId, name: roomName! },
  }));
  return sortByUsername({ ...page, rows });
}

/** @param asker the column with the user who asked, of each of the two pairs */
const requests = (lowAsker: string, highAsker: string): string => `
  select u.id, u.username
  from (
    select high_id as other from friendship where low_id = ? and accepted_at is null and asker_id = ${lowAsker}
    union all
    select low_id from friendship where high_id = ? and accepted_at is null and asker_id = ${highAsker}
  ) as pair
  join "user" u on u.id = pair.other
  order by u.username_key limit ? offset ?`;

const REQUESTS = { received: requests('high_id', 'low_id'), sent: requests('low_id', 'high_id') };

/** A page of the users of whose friend requests, or to whom the user sent one, none is answered. */
export async function requestsPage(
  reader: Reader,
  user: number,
  kind: keyof typeof REQUESTS,
  number: number,
): Promise<Page<ListedUser>> {
  const sql = REQUESTS[kind];
  return sortByUsername(await readPage(reader, sql, [user, user], { number, size: PEOPLE_PER_PAGE }));
}

const BLOCKED = `
  select u.id, u.username from block b join "user" u on u.id = b.blocked_id
  where b.user_id = ? order by u.username_key limit ? offset ?`;

/** A page of the users whom the user has blocked. */
export async function blockedPage(reader: Reader, user: number, number: number): Promise<Page<ListedUser>> {
  return sortByUsername(await readPage(reader, BLOCKED, [user], { number, size: PEOPLE_PER_PAGE }));
}

/** Another user, as the user sees them. */
export interface Person extends ListedUser {
  /** Undefined if there is neither a friendship nor a friend request. */
  status: FriendshipStatus | undefined;
  isBlocked: boolean;
  /** The words beside their name; empty if they are blocked. */
  away: string;
}

interface PersonRow extends ListedUser {
  away: string;
  asker: number | null;
  acceptedAt: unknown;
  blocked: number | null;
}

const PERSON = `
  select u.id, u.username, u.away, coalesce(l.asker_id, h.asker_id) as asker,
    coalesce(l.accepted_at, h.accepted_at) as "acceptedAt", b.blocked_id as blocked
  from "user" u
  left join friendship l on l.low_id = ? and l.high_id = u.id
  left join friendship h on h.low_id = u.id and h.high_id = ?
  left join block b on b.user_id = ? and b.blocked_id = u.id
  where u.username_key = ? and u.deleted_at is null`;

/** Finds a user by the username in an address. Ignores case. @throws NotFound if there is no such user */
export async function personNamed(reader: Reader, user: number, username: string): Promise<Person> {
  const key = usernameKey(username);
  const row = isWellFormed(username)
    ? await rowOf<PersonRow>(reader, PERSON, user, user, user, key)
    : undefined;
  if (!row) throw new UserNotFound();
  const { id, asker, acceptedAt, blocked } = row;
  return {
    id,
    username: row.username,
    status: statusOf(user, asker, acceptedAt),
    isBlocked: blocked !== null,
    away: blocked === null ? row.away : '',
  };
}

function statusOf(user: number, asker: number | null, acceptedAt: unknown): FriendshipStatus | undefined {
  if (asker === null) return undefined;
  if (acceptedAt !== null) return 'friends';
  return asker === user ? 'sent' : 'received';
}

/** The page of a user lists at most so many rooms. */
const MOST_SHARED = 10;
const SHARED = `
  select r.id, r.name
  from membership m
  join membership o on o.room_id = m.room_id and o.user_id = ?
  join room r on r.id = m.room_id
  where m.user_id = ? and r.access in ('open', 'invite')
  order by r.id desc limit ${MOST_SHARED}`;

/** The newest rooms of which both users are members; no conversations. */
export async function sharedRooms(
  reader: Reader,
  user: number,
  other: number,
): Promise<{ id: number; name: string }[]> {
  return reader.rows<{ id: number; name: string }>(SHARED, other, user);
}

import { isWellFormed, searchKey } from '../text/characters.ts';
import { MOST_COUNTED, type Page, readPage } from './paging.ts';
import { type Reader, rowOf } from './reader.ts';
import type { Access } from './room.ts';

export const ROOMS_PER_PAGE = 20;

/** A room as operators see it: not what is said in it. */
export interface ShownRoom {
  id: number;
  name: string;
  access: Access;
  createdAt: Date;
  creator: string;
  isCreatorDeleted: boolean;
  messages: number;
  /** At most `MOST_COUNTED`. */
  members: number;
}

type Row = Omit<ShownRoom, 'members'> & { members: number | string };

const ROOMS = `
  select r.id, r.name, r.access, r.created_at as "createdAt", u.username as creator, u.deleted_at as "isCreatorDeleted", r.messages,
    (select count(*) from (select 1 from membership m where m.room_id = r.id limit ${MOST_COUNTED}) counted) as members
  from room r join "user" u on u.id = r.creator_id`;
const LATEST = `${ROOMS} where r.access in ('open', 'invite') order by r.id desc limit ? offset ?`;
const BEGINNING = `${ROOMS} where r.access in ('open', 'invite') and r.name_key >= ? and r.name_key < ? order by r.name_key, r.id limit ? offset ?`;
const BY_CREATOR = `${ROOMS} where r.creator_id = ? and r.access in ('open', 'invite') order by r.id desc limit ? offset ?`;
const ONE = `${ROOMS} where r.id = ? and r.access in ('open', 'invite')`;

/** Which rooms: those whose names begin so, or those that a user made; else all, the latest first. */
export interface Wanted {
  beginning?: string;
  creator?: number;
}

/** A page of rooms; conversations of two are not among them. */
export async function roomsPage(
  reader: Reader,
  { beginning = '', creator }: Wanted,
  number: number,
): Promise<Page<ShownRoom>> {
  const key = searchKey(beginning.trim());
  if (!isWellFormed(key)) return { rows: [], number, hasNext: false };
  const size = ROOMS_PER_PAGE;
  let found: Page<Row>;
  if (creator !== undefined) found = await readPage(reader, BY_CREATOR, [creator], { number, size });
  else if (key) found = await readPage(reader, BEGINNING, [key, `${key}\uffff`], { number, size });
  else found = await readPage(reader, LATEST, [], { number, size });
  return { ...found, rows: found.rows.map((row) => withTypes(reader, row)) };
}

/** Undefined if there is none, or if it is a conversation of two. */
export async function shownRoom(reader: Reader, id: number): Promise<ShownRoom | undefined> {
  const row = await rowOf<Row>(reader, ONE, id);
  return row && withTypes(reader, row);
}

const withTypes = (reader: Reader, row: Row): ShownRoom => ({
  ...row,
  createdAt: new Date(reader.time(row.createdAt)),
  isCreatorDeleted: row.isCreatorDeleted !== null,
  members: Number(row.members),
});

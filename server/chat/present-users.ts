import { type Page, readPage, sortByUsername } from './paging.ts';
import type { Reader } from './reader.ts';

export const PRESENT_PER_PAGE = 100;

const PRESENT = `
  select u.username from presence p join "user" u on u.id = p.user_id
  where p.room_id = ? order by u.username_key limit ? offset ?`;

/** A page of the users who are in a room, by username. */
export async function presentPage(
  reader: Reader,
  room: number,
  number: number,
): Promise<Page<{ username: string }>> {
  return sortByUsername(await readPage(reader, PRESENT, [room], { number, size: PRESENT_PER_PAGE }));
}

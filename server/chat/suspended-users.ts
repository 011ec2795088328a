import { type Page, readPage, sortByUsername } from './paging.ts';
import type { Reader } from './reader.ts';

export const SUSPENDED_PER_PAGE = 20;

export interface SuspendedUser {
  username: string;
  suspendedAt: Date;
  suspendedFor: string;
}

// A range, and sorted by an expression: else SQLite looks at all users to find the few that are suspended.
const SUSPENDED = `
  select username, suspended_at as "suspendedAt", suspended_for as "suspendedFor" from "user"
  where suspended_at > ? and deleted_at is null
  order by username_key || '' limit ? offset ?`;

/** A page of the suspended users, by username. */
export async function suspendedPage(reader: Reader, number: number): Promise<Page<SuspendedUser>> {
  const page = await readPage<SuspendedUser>(reader, SUSPENDED, [reader.timeValue(0)], {
    number,
    size: SUSPENDED_PER_PAGE,
  });
  for (const user of page.rows) user.suspendedAt = new Date(reader.time(user.suspendedAt));
  return sortByUsername(page);
}

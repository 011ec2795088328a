import { type Page, readPage } from './paging.ts';
import type { Reader } from './reader.ts';
import { liveAt } from './session.ts';

export const SESSIONS_PER_PAGE = 20;

export interface ListedSession {
  id: string;
  userAgent: string;
  createdAt: Date;
  seenAt: Date;
}

const SESSIONS = `
  select id, user_agent as "userAgent", created_at as "createdAt", seen_at as "seenAt" from session
  where user_id = ? and seen_at > ? and created_at > ?
  order by case when id = ? then 0 else 1 end, seen_at desc, created_at desc, id limit ? offset ?`;

/**
 * A page of the live sessions of a user, the last used first.
 * @param own the id of the session that is listed before all others
 */
export async function sessionsPage(
  reader: Reader,
  user: number,
  { own, now, number, size = SESSIONS_PER_PAGE }: { own: string; now: Date; number: number; size?: number },
): Promise<Page<ListedSession>> {
  const { seenAt, createdAt } = liveAt(now);
  const values = [user, ...[seenAt.$gt, createdAt.$gt].map((at) => reader.timeValue(at.getTime())), own];
  const page = await readPage<ListedSession>(reader, SESSIONS, values, { number, size });
  for (const session of page.rows) {
    session.createdAt = new Date(reader.time(session.createdAt));
    session.seenAt = new Date(reader.time(session.seenAt));
  }
  return page;
}

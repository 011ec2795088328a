import { fold, isWellFormed } from '../text/characters.ts';
import { MOST_COUNTED, type Page, readPage } from './paging.ts';
import { type Reader, rowOf } from './reader.ts';

export const ACCOUNTS_PER_PAGE = 20;

/** An account as operators see it: not its email. */
export interface ShownAccount {
  id: number;
  username: string;
  createdAt: Date;
  operator: boolean;
  suspendedAt: Date | null;
  suspendedFor: string;
}

export interface AccountDetails extends ShownAccount {
  seenAt: Date | null;
  /** At most `MOST_COUNTED`, as the counts below. */
  sessions: number;
  rooms: number;
  reports: number;
}

/** PostgreSQL counts in texts. */
type Counted = Omit<AccountDetails, 'sessions' | 'rooms' | 'reports'> &
  Record<'sessions' | 'rooms' | 'reports', number | string>;

const COLUMNS = `u.id, u.username, u.created_at as "createdAt", u.operator, u.suspended_at as "suspendedAt", u.suspended_for as "suspendedFor"`;
const LATEST = `select ${COLUMNS} from "user" u where u.deleted_at is null order by u.id desc limit ? offset ?`;
const BEGINNING = `
  select ${COLUMNS} from "user" u where u.username_key >= ? and u.username_key < ? and u.deleted_at is null
  order by u.username_key limit ? offset ?`;
const DETAILS = `
  select ${COLUMNS},
    (select max(s.seen_at) from session s where s.user_id = u.id) as "seenAt",
    (select count(*) from (select 1 from session s where s.user_id = u.id limit ${MOST_COUNTED}) counted) as sessions,
    (select count(*) from (select 1 from room r where r.creator_id = u.id and r.access in ('open', 'invite') limit ${MOST_COUNTED}) counted) as rooms,
    (select count(*) from (select 1 from report p where p.author_id = u.id limit ${MOST_COUNTED}) counted) as reports
  from "user" u where u.username_key = ? and u.deleted_at is null`;

/** A page of the accounts whose usernames begin so, or of all, the latest first. */
export async function accountsPage(
  reader: Reader,
  beginning: string,
  number: number,
): Promise<Page<ShownAccount>> {
  const key = fold(beginning.trim());
  if (!isWellFormed(key)) return { rows: [], number, hasNext: false };
  const size = ACCOUNTS_PER_PAGE;
  const page = key
    ? await readPage<ShownAccount>(reader, BEGINNING, [key, `${key}\uffff`], { number, size })
    : await readPage<ShownAccount>(reader, LATEST, [], { number, size });
  return { ...page, rows: page.rows.map((row) => withDates(reader, row)) };
}

/** Undefined if there is no such account. */
export async function accountDetails(reader: Reader, username: string): Promise<AccountDetails | undefined> {
  const key = fold(username.trim());
  const row = isWellFormed(key) ? await rowOf<Counted>(reader, DETAILS, key) : undefined;
  if (!row) return undefined;
  const { sessions, rooms, reports } = row;
  return {
    ...row,
    ...withDates(reader, row),
    seenAt: dateIn(reader, row.seenAt),
    sessions: Number(sessions),
    rooms: Number(rooms),
    reports: Number(reports),
  };
}

const withDates = (
  reader: Reader,
  row: Omit<ShownAccount, 'operator'> & { operator: unknown },
): ShownAccount => ({
  ...row,
  operator: Boolean(row.operator),
  createdAt: new Date(reader.time(row.createdAt)),
  suspendedAt: dateIn(reader, row.suspendedAt),
});

const dateIn = (reader: Reader, value: unknown): Date | null =>
  value === null ? null : new Date(reader.time(value));

import { shortened } from '../text/characters.ts';
import { entryRecords } from './entry-records.ts';
import type { EntryRecord } from './entry.ts';
import { PAGE_SIZE } from './history.ts';
import { type Page, readPage } from './paging.ts';
import { type Reader, rowOf } from './reader.ts';
import { type Answer, reportNotFound } from './report.ts';

/** Operators see this many entries before and after the reported one. */
const CONTEXT_ENTRIES = 5;
export const REPORTS_PER_PAGE = 50;
/** Characters of a reason that the list shows. The page of the report shows all of it. */
const REASON_IN_LIST = 200;

/** A report in the list of those without an answer. */
export interface OpenReport {
  id: number;
  author: string;
  reporter: string;
  roomName: string;
  /** Its beginning. */
  reason: string;
  madeAt: Date;
}

const OPEN_REPORTS = `
  select r.id, r.room_name as "roomName", substr(r.reason, 1, ${REASON_IN_LIST + 1}) as reason, r.made_at as "madeAt",
    a.username as author, m.username as reporter
  from (
    select id, room_name, reason, made_at, author_id, reporter_id from report
    where answer is null order by id limit ? offset ?
  ) as r
  join "user" a on a.id = r.author_id
  join "user" m on m.id = r.reporter_id
  order by r.id`;

/** A page of the reports without an answer, oldest first. */
export async function openReports(reader: Reader, number: number): Promise<Page<OpenReport>> {
  const page = await readPage<OpenReport>(reader, OPEN_REPORTS, [], { number, size: REPORTS_PER_PAGE });
  for (const report of page.rows) {
    report.madeAt = new Date(reader.time(report.madeAt));
    report.reason = shortened(report.reason, REASON_IN_LIST);
  }
  return page;
}

/** A report as its page shows it. */
export interface ShownReport {
  id: number;
  roomId: number;
  roomName: string;
  seq: number;
  author: string;
  /** Whether the author has deleted their account. */
  isAuthorDeleted: boolean;
  body: string;
  saidAt: Date;
  reporter: string;
  reason: string;
  madeAt: Date;
  answer: Answer | null;
  answeredBy: string | null;
}

const REPORT = `
  select r.id, r.room_id as "roomId", r.room_name as "roomName", r.seq, r.body, r.said_at as "saidAt", r.reason,
    r.made_at as "madeAt", r.answer, a.username as author, a.deleted_at as "isAuthorDeleted",
    m.username as reporter, o.username as "answeredBy"
  from report r
  join "user" a on a.id = r.author_id
  join "user" m on m.id = r.reporter_id
  left join "user" o on o.id = r.answered_by_id
  where r.id = ?`;

/** Returns a report by plain columns. @throws NotFound if there is no such report */
export async function shownReport(reader: Reader, id: number | undefined): Promise<ShownReport> {
  const row = id === undefined ? undefined : await rowOf<ShownReport>(reader, REPORT, id);
  if (!row) throw reportNotFound();
  const [saidAt, madeAt] = [new Date(reader.time(row.saidAt)), new Date(reader.time(row.madeAt))];
  return { ...row, saidAt, madeAt, isAuthorDeleted: row.isAuthorDeleted !== null };
}

const ROOM_EXISTS = "select 1 as one from room where id = ? and access <> 'deleted'";

/** The reported message and the entries around it; empty if the room is deleted. */
export async function entriesAround(
  reader: Reader,
  { roomId, seq }: Pick<ShownReport, 'roomId' | 'seq'>,
): Promise<EntryRecord[]> {
  if (!(await rowOf(reader, ROOM_EXISTS, roomId))) return [];
  return entryRecords(reader, roomId, seq - CONTEXT_ENTRIES, seq + CONTEXT_ENTRIES);
}

/** A page of messages that the user may report, oldest first, and the `before` of the page before it. */
export async function reportableMessagesBefore(
  reader: Reader,
  user: number,
  room: { id: number; lastSeq: number },
  before: number,
): Promise<{ entries: EntryRecord[]; earlier: number | undefined }> {
  const last = Math.min(before - 1, room.lastSeq);
  const page = await entryRecords(reader, room.id, last - PAGE_SIZE + 1, last);
  const first = page[0]?.seq ?? 1;
  return {
    entries: page.filter(({ kind, author }) => kind === 'message' && author.id !== user),
    earlier: first > 1 ? first : undefined,
  };
}

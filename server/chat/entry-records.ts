import { mayMention } from '../text/mentions.ts';
import { type AttachmentRecord, type EntryRecord, type Kind, QUOTED } from './entry.ts';
import type { Reader } from './reader.ts';

/** A row of `ENTRIES`: an entry with its users and its attachment. */
interface EntryRow extends Omit<AttachmentRecord, 'name' | 'describedAt'> {
  seq: number;
  kind: Kind;
  body: string;
  at: unknown;
  byToken: boolean | number;
  authorId: number;
  author: string;
  subjectId: number | null;
  subject: string | null;
  name: string | null;
  describedAt: unknown;
  replyTo: number | null;
  answeredId: number | null;
  answered: string | null;
  answeredBody: string | null;
}

const ENTRIES = `
  select e.seq, e.kind, e.body, e.at, e.by_token as "byToken", e.author_id as "authorId", u.username as author, e.subject_id as "subjectId", s.username as subject,
    a.name, a.type, a.size, a.width, a.height, a.description, a.described_at as "describedAt",
    e.reply_to as "replyTo", t.author_id as "answeredId", tu.username as answered, substr(t.body, 1, ${QUOTED}) as "answeredBody"
  from entry e
  join "user" u on u.id = e.author_id
  left join "user" s on s.id = e.subject_id
  left join attachment a on a.room_id = e.room_id and a.seq = e.seq
  left join entry t on t.room_id = e.room_id and t.seq = e.reply_to and t.kind = 'message'
  left join "user" tu on tu.id = t.author_id
  where e.room_id = ? and e.seq >= ? and e.seq <= ?
  order by e.seq`;

const MENTIONS = `
  select n.seq, n.user_id as id, n.name, u.username
  from mention n join "user" u on u.id = n.user_id
  where n.room_id = ? and n.seq >= ? and n.seq <= ?
  order by n.seq, n.user_id`;

/** The entries of a room with the seqs `first` to `last`, oldest first, with their mentions. The room may be deleted. */
export async function entryRecords(
  reader: Reader,
  room: number,
  first: number,
  last: number,
): Promise<EntryRecord[]> {
  if (first > last) return [];
  const rows = await reader.rows<EntryRow>(ENTRIES, room, first, last);
  const records = rows.map((row) => recordOf(reader, room, row));
  if (records.some(mayHaveMentions)) await addMentions(reader, records);
  return records;
}

function recordOf(reader: Reader, room: number, row: EntryRow): EntryRecord {
  const { seq, kind, body, at, byToken, authorId, author, subjectId, subject, name, describedAt, ...rest } =
    row;
  const { replyTo, answeredId, answered, answeredBody, ...file } = rest;
  const changedAt = describedAt === null ? null : new Date(reader.time(describedAt));
  return {
    room: { id: room },
    seq,
    kind,
    body,
    at: new Date(reader.time(at)),
    byToken: Boolean(byToken),
    author: { id: authorId, username: author },
    subject: subjectId === null ? null : { id: subjectId, username: subject! },
    attachment: name === null ? null : { ...file, name, describedAt: changedAt },
    ...(answeredId !== null && {
      reply: { seq: replyTo!, author: { id: answeredId, username: answered! }, beginning: answeredBody! },
    }),
  };
}

const mayHaveMentions = ({ kind, body }: EntryRecord): boolean => kind === 'message' && mayMention(body);

async function addMentions(reader: Reader, records: EntryRecord[]): Promise<void> {
  const { room, seq: first } = records[0]!;
  const rows = await reader.rows<{ seq: number; id: number; name: string; username: string }>(
    MENTIONS,
    room.id,
    first,
    records.at(-1)!.seq,
  );
  const bySeq = Map.groupBy(rows, ({ seq }) => seq);
  for (const record of records)
    if (mayHaveMentions(record))
      record.mentions = (bySeq.get(record.seq) ?? []).map(({ id, username, name }) => ({
        user: { id, username },
        name,
      }));
}

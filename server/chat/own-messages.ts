import { setImmediate as nextTurn } from 'node:timers/promises';
import { placeholders, type Reader, rowOf } from './reader.ts';

// What one statement reads: some milliseconds of work.
/** At most some 2 MB of text. */
const MESSAGES_AT_ONCE = 128;
const KEYS_AT_ONCE = 2000;
/** Ids of rooms, of which it returns those in which the user has posted. */
const ROOMS_AT_ONCE = 2000;

/** A message as its author can download it. */
export interface OwnMessage {
  room: number;
  /** Left out if the user is not a member any more: they may not learn what the room is called now. */
  name?: string;
  seq: number;
  at: Date;
  /** The seq of the message in the same room that it answers. */
  reply?: number;
  body: string;
  attachment?: { description: string; type: string; size: number };
}

/** A room in which the user has posted; without its name if they are not a member any more. */
interface PostedRoom {
  id: number;
  name: string | null;
}

const POSTED_ROOMS = `
  select r.id, case when m.user_id is null then null else r.name end as name
  from room r left join membership m on m.room_id = r.id and m.user_id = ?
  where r.id > ? and r.id <= ? and r.access <> 'deleted'
    and exists (select 1 from entry e where e.room_id = r.id and e.author_id = ? and e.key is not null)
  order by r.id`;

/**
 * Yields the user's messages in slices, room by room, oldest first; also those of rooms that they left for
 * good. A slice can be empty: the caller lets other requests go ahead after each.
 */
export async function* ownMessages(reader: Reader, user: number): AsyncGenerator<OwnMessage[]> {
  const newest = await rowOf<{ id: number }>(reader, 'select coalesce(max(id), 0) as id from room');
  for (let after = 0; after < newest!.id; after += ROOMS_AT_ONCE) {
    const rooms = await reader.rows<PostedRoom>(POSTED_ROOMS, user, after, after + ROOMS_AT_ONCE, user);
    yield [];
    for (const room of rooms) yield* messagesIn(reader, user, room);
  }
}

interface MessageRow {
  seq: number;
  at: unknown;
  replyTo: number | null;
  body: string;
  description: string | null;
  type: string;
  size: number;
}

const messageRows = (marks: string): string => `
  select e.seq, e.at, e.reply_to as "replyTo", e.body, a.description, a.type, a.size
  from entry e left join attachment a on a.room_id = e.room_id and a.seq = e.seq
  where e.room_id = ? and e.seq in (${marks}) order by e.seq`;

async function* messagesIn(
  reader: Reader,
  user: number,
  { id, name }: PostedRoom,
): AsyncGenerator<OwnMessage[]> {
  const seqs = await seqsOf(reader, user, id);
  for (let from = 0; from < seqs.length; from += MESSAGES_AT_ONCE) {
    const { marks, values } = placeholders([...seqs.subarray(from, from + MESSAGES_AT_ONCE)]);
    const rows = await reader.rows<MessageRow>(messageRows(marks), id, ...values);
    yield rows.map(({ seq, at, replyTo, body, description, type, size }) => ({
      room: id,
      ...(name !== null && { name }),
      seq,
      at: new Date(reader.time(at)),
      ...(replyTo !== null && { reply: replyTo }),
      body,
      ...(description !== null && { attachment: { description, type, size } }),
    }));
  }
}

const OWN_KEYS = `
  select seq, key from entry where room_id = ? and author_id = ? and key > ? order by key limit ${KEYS_AT_ONCE}`;

/**
 * The seqs of the user's messages in a room, in order. The only index by author is that of the keys, so this
 * reads all of them first, as numbers: 4 bytes a message.
 */
async function seqsOf(reader: Reader, user: number, room: number): Promise<Uint32Array> {
  const seqs: number[] = [];
  let rows: { seq: number; key: string }[];
  let after = '';
  do {
    rows = await reader.rows(OWN_KEYS, room, user, after);
    for (const { seq, key } of rows) {
      seqs.push(seq);
      after = key;
    }
    await nextTurn();
  } while (rows.length === KEYS_AT_ONCE);
  return Uint32Array.from(seqs).toSorted();
}

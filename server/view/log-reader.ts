import { between, countedLinks } from '../../static/arrangement.ts';
import type { Part, Reading } from '../chat/announcements.ts';
import type { EntryRecord } from '../chat/entry.ts';
import type { HourCycle } from '../chat/user.ts';
import { sha256 } from '../text/hash.ts';
import { day, dayKey } from './dates.ts';
import { answeredAddress, type EntryView, quoteIn, shownView } from './entry.ts';
import type { View } from './index.ts';
import { markup } from './markup.ts';

/** The reader of a log, as far as their log differs from that of others. */
export interface LogReader {
  id: number;
  username: string;
  zone: string;
  hourCycle: HourCycle;
  /** The ids of the users whose messages are folded. */
  blocked: ReadonlySet<number>;
  /** The seq of a message that is shown all the same. */
  unfolded: number | undefined;
  /** What they have chosen to read of a message; undefined: as usual. */
  reading?: Reading | undefined;
}

const NOBODY: ReadonlySet<number> = new Set();

/** What an entry is to its reader. */
function relation({ kind, seq, author, mentions, reply }: EntryRecord, reader: LogReader) {
  const isOwn = author.id === reader.id;
  const isFolded = kind === 'message' && reader.blocked.has(author.id) && seq !== reader.unfolded;
  const isMentioned = mentions?.some(({ user }) => user.id === reader.id) ?? false;
  const isAnswered = reply?.author.id === reader.id;
  const isUnquoted = reply !== undefined && reader.blocked.has(reply.author.id);
  return { isOwn, isFolded, isMentioned, isAnswered, isUnquoted };
}

/** The kind of reader for whom the HTML of the entry is the same. */
export function kindOfReader(record: EntryRecord, reader: LogReader): string {
  const { isOwn, isFolded, isMentioned, isAnswered, isUnquoted } = relation(record, reader);
  const { zone, hourCycle, id, reading } = reader;
  const chosen = reading
    ? ` r ${reading.parts.join()}${reading.notices ? ' n' : ''}${reading.own ? ' w' : ''}`
    : '';
  return `${zone} ${hourCycle}${isOwn ? ' o' : ''}${isFolded ? ' f' : ''}${isAnswered ? ' y' : ''}${isUnquoted ? ' q' : ''}${isMentioned ? ` ${id}` : ''}${chosen}`;
}

/** Renders an entry for its reader. */
export function showEntry(view: View, record: EntryRecord, reader: LogReader) {
  const { isOwn, isFolded, isAnswered } = relation(record, reader);
  const { zone, hourCycle, reading } = reader;
  const line = view.entryView(record, isFolded ? reader.blocked : NOBODY);
  const shown = shownView(line);
  const rendered = view.render('entries/_entry.njk', {
    ...arrangementOf(shown, isOwn, reading),
    line: { ...shown, isOwn, toYou: isAnswered, reader: reader.username },
    zone,
    hourCycle,
    room: record.room.id,
    answers: answeredAddress(record),
    quote: quoteIn(record, reader.blocked),
  });
  const html = rendered.trim();
  const ofDay = { key: dayKey(line.at, zone), words: day(line.at, zone) };
  return { html, bytes: Buffer.byteLength(html), digest: sha256(html), day: ofDay };
}

/** A part of a message, with what stands before it. `words` are those of parts that have no element. */
interface Piece {
  part: Part;
  before: string;
  words?: string | undefined;
}

/** How an entry is laid out for a reader. An action and a folded message keep their one line. */
export function arrangementOf(line: EntryView & { isAction?: true }, isOwn: boolean, reading?: Reading) {
  if (!reading) return {};
  const isMessage = line.kind === 'message';
  const isSkipped = isMessage ? isOwn && !reading.own : !reading.notices;
  if (!isMessage || line.isAction || line.folded) return { isSkipped };
  const pieces: Piece[] = [];
  for (const part of reading.parts) {
    const words = wordsOf(line, part);
    if (words !== undefined) pieces.push({ part, before: between(pieces.at(-1)?.part, part), words });
  }
  return { pieces, hasTime: reading.parts.includes('time'), isSkipped };
}

/** The words of a part, empty for one that has an element; undefined if the message has no such part. */
function wordsOf({ seq, body, mentions, reply, attachment }: EntryView, part: Part): string | undefined {
  if (part === 'number') return `number ${seq}`;
  if (part === 'to') return reply && '';
  if (part === 'image') return attachment && '';
  if (part !== 'links') return '';
  const count = markup(body, mentions).match(/<a href="http/g)?.length;
  return count ? countedLinks(count) : undefined;
}

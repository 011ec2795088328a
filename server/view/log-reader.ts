import type { EntryRecord } from '../chat/entry.ts';
import type { HourCycle } from '../chat/user.ts';
import { sha256 } from '../text/hash.ts';
import { day, dayKey } from './dates.ts';
import { answeredAddress, quoteIn, shownView } from './entry.ts';
import type { View } from './index.ts';

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
  const { zone, hourCycle, id } = reader;
  return `${zone} ${hourCycle}${isOwn ? ' o' : ''}${isFolded ? ' f' : ''}${isAnswered ? ' y' : ''}${isUnquoted ? ' q' : ''}${isMentioned ? ` ${id}` : ''}`;
}

/** Renders an entry for its reader. */
export function showEntry(view: View, record: EntryRecord, reader: LogReader) {
  const { isOwn, isFolded, isAnswered } = relation(record, reader);
  const { zone, hourCycle } = reader;
  const line = view.entryView(record, isFolded ? reader.blocked : NOBODY);
  const rendered = view.render('entries/_entry.njk', {
    line: { ...shownView(line), isOwn, toYou: isAnswered, reader: reader.username },
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

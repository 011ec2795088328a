import type { HourCycle } from '../chat/user.ts';
import { time } from './dates.ts';
import type { EntryView } from './entry.ts';

/** What a line of a message begins with, if it is not the first one. */
const CONTINUED = '  ';

/** An entry as plain text: one line, and more for the line breaks of a message. */
export function plainEntry(
  line: EntryView,
  { zone, hourCycle }: { zone: string; hourCycle: HourCycle },
): string {
  const at = time(line.at, zone, hourCycle);
  if (line.kind !== 'message') return `${at} ${line.body}`;
  const answered = line.reply && !line.folded ? ` to ${line.reply.author}` : '';
  return `${at} ${line.author}${line.byToken ? ' (by a token)' : ''}${answered}: ${plainMessage(line)}`;
}

/** What a message says, with the words of its image or file. */
export function plainMessage({ folded, author, body, attachment }: EntryView): string {
  if (folded) return `(A message of ${author}, whom you blocked)`;
  return [body, attachment && `(${attachment.words})`].filter(Boolean).join('\n');
}

/**
 * Divides a text into lines of at most `width` characters, at spaces where there are any. Lines after the
 * first begin with two spaces, so that what begins without is a message.
 * @param width undefined for lines of any length
 * @param keepsAddresses whether a web address stays whole, as a longer line: programs find it only so
 */
export function wrapped(text: string, width = Infinity, keepsAddresses = false): string {
  const lines: string[] = [];
  const add = (words: string) => lines.push(lines.length === 0 ? words : CONTINUED + words);
  for (const paragraph of text.split('\n')) {
    let rest = Array.from(paragraph);
    do {
      const room = width - (lines.length === 0 ? 0 : CONTINUED.length);
      const end = rest.length <= room ? rest.length : lineEnd(rest, room, keepsAddresses);
      add(rest.slice(0, end).join('').trimEnd());
      rest = rest.slice(rest[end] === ' ' ? end + 1 : end);
    } while (rest.length > 0);
  }
  return lines.join('\n');
}

/** Where a line ends that has room for so many characters: at the last space, or else in a word. */
function lineEnd(characters: string[], room: number, keepsAddresses: boolean): number {
  const space = characters.lastIndexOf(' ', room);
  if (space > 0) return space;
  if (keepsAddresses && /^https?:\/\//i.test(characters.slice(0, 8).join(''))) {
    const next = characters.indexOf(' ', room);
    return next < 0 ? characters.length : next;
  }
  let end = room;
  while (end > 1 && /\p{M}/u.test(characters[end]!)) end -= 1; // a mark stays with its letter
  return end;
}

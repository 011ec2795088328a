import { type Claim } from '../chat/telling.ts';
import type { ToldLog, ToldMessage } from '../chat/told-log.ts';
import { shortened } from '../text/characters.ts';
import { isolated } from '../text/direction.ts';
import { day, time } from './dates.ts';
import type { View } from './index.ts';
import { boundedCount, quantity } from './index.ts';
import { plainMessage, wrapped } from './plain-text.ts';

/** Characters of a message that a mail has. */
const LONGEST_MESSAGE = 1000;
/** The same where little is shown. */
const LONGEST_IN_SHORT = 300;
/** Characters of a line that a terminal shows. */
const WIDTH = 72;
/** The size of what is posted to an address, in bytes: what push services take. */
const MOST_BYTES = 3500;

/** What stands around what a user is told. */
export interface Around {
  /** The address of this Plainchat. */
  origin: string;
  /** Whether the text of messages may leave the house at all. */
  withText: boolean;
}

export interface ToldMail {
  subject: string;
  text: string;
  html: string;
}

interface Line {
  author: string;
  at: string;
  why: string;
  text: string | undefined;
}

interface Part {
  heading: string;
  lines: Line[];
  more: string | undefined;
  address: string;
  open: string;
}

/** The subject alone says what a mail or a post is about, without the text of a message. */
function subjectOf(rooms: ToldLog[]): string {
  const sum = rooms.reduce((sum, { count }) => sum + count, 0);
  const [first] = rooms;
  if (rooms.length > 1) return `${quantity(sum, 'message')} in ${rooms.length} rooms`;
  if (first!.access === 'direct')
    return sum === 1
      ? `${first!.name} wrote to you`
      : `${first!.name} wrote to you: ${quantity(sum, 'message')}`;
  const { author } = first!.messages[0]!.record;
  if (sum === 1) return `${author.username} ${verbOf(first!.messages[0]!)} in ${first!.name}`;
  return `${quantity(sum, 'message')} in ${first!.name}`;
}

const verbOf = ({ isMention, isReply }: ToldMessage): string =>
  isMention ? 'mentioned you' : isReply ? 'answered you' : 'wrote';

function partOf(view: View, room: ToldLog, { zone, hourCycle }: Hours, around: Around): Part {
  const { id, name, access, count, messages } = room;
  const isShown = around.withText && !room.isBare;
  const from = messages[0]!.record.seq;
  return {
    // A line that begins with “From ” is changed by mail programs.
    heading: access === 'direct' ? `Conversation with ${isolated(name)}` : `In ${isolated(name)}`,
    lines: messages.map((message) => {
      const line = view.entryView(message.record);
      return {
        author: line.author,
        at: `${day(line.at, zone)}, ${time(line.at, zone, hourCycle)}`,
        why: access === 'direct' ? 'wrote' : verbOf(message),
        text: isShown ? shortened(plainMessage(line), LONGEST_MESSAGE) : undefined,
      };
    }),
    more: count > messages.length ? `And ${boundedCount(count - messages.length)} more.` : undefined,
    address: `${around.origin}/rooms/${id}?from=${from}#m-${from}`,
    open: access === 'direct' ? `Answer ${isolated(name)}` : `Read and answer in ${isolated(name)}`,
  };
}

interface Hours {
  zone: string;
  hourCycle: Claim['hourCycle'];
}

/** No time is shown. */
const NO_HOURS: Hours = { zone: 'UTC', hourCycle: 'h23' };

const hoursOf = ({ choices, hourCycle }: Claim): Hours => ({ zone: choices.zone ?? 'UTC', hourCycle });

/** The mail about what waits: plain text that can be read aloud, and the same as simple HTML. */
export function toldMail(view: View, claim: Claim, rooms: ToldLog[], around: Around): ToldMail {
  const hours = hoursOf(claim);
  const parts = rooms.map((room) => partOf(view, room, hours, around));
  const subject = subjectOf(rooms);
  const links = {
    settings: `${around.origin}/settings/away`,
    stop: `${around.origin}/away/stop/${claim.stopKey}`,
  };
  const values = { ...links, username: claim.username, zone: hours.zone, origin: around.origin };
  return {
    subject,
    text: plainMail(parts, values),
    html: view.render('away/mail.njk', { ...values, subject, parts }),
  };
}

interface Values {
  username: string;
  zone: string;
  origin: string;
  settings: string;
  stop: string;
}

function plainMail(parts: Part[], { username, zone, origin, settings, stop }: Values): string {
  const sections = parts.map(({ heading, lines, more, address, open }) =>
    [
      heading,
      '',
      ...lines.flatMap((line) => [plainLine(line), '']),
      ...(more ? [more, ''] : []),
      `${open}:`,
      address,
    ].join('\n'),
  );
  return `${sections.join('\n\n')}

-- \nThis has waited unread for ${isolated(username)} at ${origin}.
Times are in ${zone}.
Choose what you are told, and when:
${settings}
End all these mails:
${stop}
`;
}

/** Who wrote when, and the lines of the message, which begin with two spaces. */
const plainLine = ({ author, why, at, text }: Line): string =>
  wrapped(`${isolated(author)} ${why}. ${at}${text === undefined ? '.' : `:\n${text}`}`, WIDTH, true).replace(
    / +$/gm,
    '',
  );

/** What is posted to an address of the user's own: the same in short. */
export function toldPost(view: View, claim: Claim, rooms: ToldLog[], around: Around): string {
  const lines = rooms.map((room) => {
    const { heading, lines, address } = partOf(view, room, hoursOf(claim), around);
    const [first] = lines;
    const text =
      first?.text === undefined ? '' : `\n${first.author}: ${shortened(first.text, LONGEST_IN_SHORT)}`;
    return `${heading}: ${quantity(room.count, 'message')}${text}\n${address}`;
  });
  const [head, body] = [subjectOf(rooms), lines.join('\n')];
  return bounded(
    rooms.length === 1 && rooms[0]!.count === 1
      ? `${head}${body.slice(body.indexOf('\n'))}`
      : `${head}\n${body}`,
  );
}

/** What a notification of the browser shows, and where it leads. */
export interface ToldNotification {
  title: string;
  body: string;
  address: string;
}

/** The same for a notification of the browser: a sentence, and the beginning of a message. */
export function toldNotification(view: View, rooms: ToldLog[], withText: boolean): ToldNotification {
  const around = { origin: '', withText };
  const parts = rooms.map((room) => ({ ...partOf(view, room, NO_HOURS, around), count: room.count }));
  const [{ address, lines }] = parts as [(typeof parts)[0]];
  const [{ author, text = '' }] = lines as [Line];
  const title = subjectOf(rooms);
  if (parts.length > 1) {
    const body = parts.map(({ heading, count }) => `${heading}: ${quantity(count, 'message')}`).join('\n');
    return { title, body, address: '/rooms' };
  }
  const words = text && shortened(text, LONGEST_IN_SHORT);
  return { title, body: words && rooms[0]!.count > 1 ? `${isolated(author)}: ${words}` : words, address };
}

/** As much of a text as `MOST_BYTES` hold. */
function bounded(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_BYTES) return text;
  return `${bytes.subarray(0, MOST_BYTES).toString('utf8').replace(/�+$/, '')}…`;
}

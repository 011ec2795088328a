// The words in which messages and notices are said, and which of them. The server shows examples by the same
// functions on the page on which the user chooses.

/** What the user has chosen to hear. */
export interface Announcements {
  messages: 'everything' | 'sender' | 'count' | 'mentions' | 'nothing';
  /** Whether notices are said: who enters and leaves, and what else happens in the room. */
  notices: boolean;
  first: 'sender' | 'text';
  /** Whether the time of a message is said. */
  time: boolean;
  /** What is said of a message, in this order; without any, what `first` and `time` say. */
  parts?: Part[];
  /** Messages are said at most every so many seconds: of several, their number. */
  every?: number;
  /** Whether the user's own messages are said, too. */
  own?: boolean;
  /** Whether texts are given to `ariaNotify`, where the browser has it. */
  notify?: boolean;
  /** The sounds that are heard. */
  sound?: Sound;
}

/** What can be heard as a sound. */
export type SoundEvent = 'message' | 'mention' | 'sent' | 'entered' | 'trouble';

export interface Sound {
  set: string;
  events: SoundEvent[];
  loudness: number;
  /** Whether the events are heard, but not said. */
  instead?: boolean;
}

/** What can be said of a message. */
export type Part = 'sender' | 'to' | 'text' | 'time' | 'number' | 'image' | 'links';

/** A message, or a notice. */
export interface Entry {
  kind: string;
  seq?: number;
  author: string;
  /** True if a token of the author has written it. */
  byToken?: boolean;
  /** The text as typed, or the sentence of a notice. */
  body: string;
  /** The time as the page shows it. */
  time?: string;
  /** The message that this one answers. */
  reply?: { author: string };
  mentions?: { username: string }[];
  /** The description of what is attached. */
  attachment?: { words: string };
  /** True if the user has blocked the author. */
  folded?: boolean;
}

/** Ends a text with a full stop, unless it has an end of its own. */
const ended = (text: string) => (/[\p{P}\p{S}]$/u.test(text) ? text : `${text}.`);
/** Makes one text of several: of those that come together, some screen readers speak only the last. */
export const asOne = (texts: string[]) =>
  texts.map((text, index) => (index < texts.length - 1 ? ended(text) : text)).join(' ');
const TURNING = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc\ud802\ud803\ud83a\ud83b]/;

/** Keeps a name or a text that could turn what stands around it to itself, as the server does in sentences. */
export const isolate = (text: string) => (TURNING.test(text) ? `\u2068${text}\u2069` : text);

const list = (names: string[]) => names.join(', ').replace(/, ([^,]*)$/, ' and $1');
export const counted = (count: number, noun: string) => `${count} ${noun}${count > 1 ? 's' : ''}`;

const authorOf = ({ author, byToken }: Entry) => isolate(author) + (byToken ? ' by a token' : '');

/** The words of each part; undefined if the message has none. */
const PHRASES: Record<Part, (entry: Entry, reader: string) => string | undefined> = {
  sender: authorOf,
  to: ({ reply }, reader) => reply && `to ${reply.author === reader ? 'you' : isolate(reply.author)}`,
  text: ({ body }) => isolate(body),
  time: ({ time }) => time,
  number: ({ seq }) => (seq ? `number ${seq}` : undefined),
  image: ({ attachment }) => attachment?.words,
  links: ({ body }) => {
    const found = body.match(/https?:\/\/\S/g);
    return found ? counted(found.length, 'link') : undefined;
  },
};

/** The parts of a message in an order of the user's own: `Ana to you, 14:05: See you at ten. Image: the harbour, 2 links`. */
const inParts = (entry: Entry, parts: Part[], reader: string) => {
  let line = '';
  let last: Part | undefined;
  const isText = (part?: Part) => part === 'text' || part === 'image';
  for (const part of parts) {
    const phrase = PHRASES[part](entry, reader);
    if (!phrase) continue;
    if (!last) line = phrase;
    else if (isText(part)) line = isText(last) ? `${ended(line)} ${phrase}` : `${line}: ${phrase}`;
    else if (part === 'to' && last === 'sender') line += ` ${phrase}`;
    else line = `${line.replace(/\.$/, '')}, ${part === 'sender' && isText(last) ? 'from ' : ''}${phrase}`;
    last = part;
  }
  return line;
};

const isMessage = ({ kind }: Entry) => kind === 'message';
const isTo = (reader: string, { mentions }: Entry) => mentions?.some(({ username }) => username === reader);

/** What an entry is to its reader; undefined for a notice that makes no sound. */
export const eventOf = (entry: Entry, reader: string): SoundEvent | undefined => {
  if (!isMessage(entry)) return entry.kind === 'entered' ? 'entered' : undefined;
  if (entry.author === reader) return 'sent';
  return isTo(reader, entry) || entry.reply?.author === reader ? 'mention' : 'message';
};

/** Which entries are said, and in which words. */
export const createWording = (
  reader: string,
  { messages: choice, notices, first, time: isTimeSaid, parts, own, sound }: Announcements,
) => {
  const isToReader = (entry: Entry) => isTo(reader, entry);
  /** Whether a sound stands for the words. What went wrong is always said. */
  const isOnlyHeard = (event?: SoundEvent) => sound?.instead && event && sound.events.includes(event);

  const inFull = (entry: Entry) => {
    const { body, attachment, time } = entry;
    const author = authorOf(entry);
    const by = isTimeSaid && time ? `${author}, ${time}` : author;
    const text = [isolate(body), attachment?.words].filter(Boolean).join('. ');
    if (!isMessage(entry)) return body;
    if (choice === 'sender') return `Message from ${by}`;
    if (parts?.length) return inParts(entry, parts, reader) || `Message from ${author}`;
    return first === 'text' ? `${text}, from ${by}` : `${by}: ${text}`;
  };

  const digest = (entries: Entry[]) => {
    const messages = entries.filter(isMessage);
    const toReader = messages.filter(isToReader).length;
    const names = [...new Set(messages.map(({ author }) => author))];
    const from =
      choice === 'count'
        ? ''
        : ` from ${names.length > 3 ? `${names.length} people` : list(names.map(isolate))}`;
    return [
      ...(messages.length ? [counted(messages.length, 'new message') + from] : []),
      ...(toReader && choice !== 'mentions' ? [`${toReader} of them to you`] : []),
      ...(entries.length > messages.length ? [counted(entries.length - messages.length, 'notice')] : []),
    ].join(', ');
  };

  return {
    isOnlyHeard,
    isWanted: (entry: Entry) => {
      const isOwn = entry.author === reader;
      if (isOnlyHeard(eventOf(entry, reader))) return false;
      if (!isMessage(entry)) return notices && !isOwn;
      if (entry.folded || (isOwn && !own)) return false;
      return choice === 'mentions' ? isToReader(entry) : choice !== 'nothing';
    },
    textOf: (entries: Entry[], isDigest: boolean) =>
      isDigest || choice === 'count' ? digest(entries) : asOne(entries.map(inFull)),
  };
};

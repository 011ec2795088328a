// Decides what a screen reader says of a room, and when. Where the words go and what the time is comes
// from outside, so that specs and the practice room can hold it to account.

/** What its reader has chosen to hear. */
export interface Announcements {
  messages: 'everything' | 'sender' | 'count' | 'mentions' | 'nothing';
  /** Whether it is said who enters and leaves, and what else befalls the room. */
  notices: boolean;
  first: 'sender' | 'text';
  /** Whether the time of a message is said. */
  time: boolean;
}

/** A message of somebody else, or a notice. */
export interface News {
  kind: string;
  author: string;
  /** The text as typed, or the sentence of a notice. */
  body: string;
  /** When it came, as the page shows it. */
  time?: string;
  /** Whom it mentions. */
  mentions?: { username: string }[];
  /** What is attached to it, described. */
  attachment?: { words: string };
  /** Whether it is of somebody whom the reader has blocked. */
  folded?: boolean;
}

/** Milliseconds that only grow, and a call after some of them. */
export interface Clock {
  now(): number;
  later(act: () => void, ms: number): void;
}

/** More than this in `WINDOW_MS` become a number, said once in that time. */
const MOST = 3;
const WINDOW_MS = 5000;
/** A screen reader drops what it says at each key, so nothing is said for so long after one. */
const TYPING_MS = 2000;
/** What comes waits for a poll that brings no more of it, and at most so long where none is answered. */
const GATHER_MS = 2500;
/** What comes at the same moment is spoken in any order. */
const APART_MS = 250;

const list = (names: string[]) => names.join(', ').replace(/, ([^,]*)$/, ' and $1');
const some = (count: number, noun: string) => `${count} ${noun}${count > 1 ? 's' : ''}`;

const CLOCK: Clock = { now: () => Date.now(), later: (act, ms) => setTimeout(act, ms) };

/**
 * Returns what is told of all that happens in a room. `reader` is the username of who hears it;
 * `speak` is given a text each time that one is to be heard: once, in order, a quarter of a second apart.
 */
export const createAnnouncer = (
  reader: string,
  chosen: Announcements,
  speak: (text: string) => void,
  { now, later } = CLOCK,
) => {
  let held: News[] = [];
  /** What is to be said of anything else, by topic: the latest word on each. */
  const words = new Map<string, string>();
  let arrivals: number[] = [];
  let typedAt = -Infinity;
  let saidAt = -Infinity;
  /** When the first of those that are held came, and until when more of them may come. */
  let heldAt = 0;
  let gatheredAt = 0;
  let freeAt = -Infinity;
  let isHeldUp = false;
  let isPaused = false;
  let isHidden = false;

  const utter = (text: string) => {
    const wait = Math.max(freeAt - now(), 0);
    freeAt = now() + wait + APART_MS;
    if (wait) later(() => speak(text), wait);
    else speak(text);
  };

  const isToReader = ({ mentions }: News) => mentions?.some(({ username }) => username === reader);

  const inFull = ({ kind, author, body, attachment, time }: News) => {
    const by = chosen.time && time ? `${author}, ${time}` : author;
    const text = [body, attachment?.words].filter(Boolean).join('. ');
    if (kind !== 'message') return body;
    if (chosen.messages === 'sender') return `Message from ${by}`;
    return chosen.first === 'text' ? `${text}, from ${by}` : `${by}: ${text}`;
  };

  const inShort = (news: News[]) => {
    const messages = news.filter(({ kind }) => kind === 'message');
    const named = messages.filter(isToReader).length;
    const names = [...new Set(messages.map(({ author }) => author))];
    const from =
      chosen.messages === 'count' ? '' : ` from ${names.length > 3 ? `${names.length} people` : list(names)}`;
    return [
      ...(messages.length ? [some(messages.length, 'new message') + from] : []),
      ...(named && chosen.messages !== 'mentions' ? [`${named} of them to you`] : []),
      ...(news.length > messages.length ? [some(news.length - messages.length, 'notice')] : []),
    ].join(', ');
  };

  /** Says what may be said by now, and comes back for the rest. */
  const look = () => {
    const quietUntil = typedAt + TYPING_MS;
    if (isHidden) return;
    if (now() < quietUntil) return later(look, quietUntil - now());
    for (const text of words.values()) utter(text);
    words.clear();
    if (!held.length || isPaused) return;
    const isMany = arrivals.length > MOST;
    const due = Math.max(isHeldUp ? 0 : gatheredAt, isMany ? saidAt + WINDOW_MS : 0);
    if (now() < due) return later(look, due - now());
    if ((held.length > 1 && (isMany || isHeldUp)) || chosen.messages === 'count') utter(inShort(held));
    else held.forEach((news) => utter(inFull(news)));
    held = [];
    isHeldUp = false;
    saidAt = now();
  };

  /** What could not be said when it came is told as one. */
  const holdUp = (isSo: boolean) => {
    isHeldUp ||= isSo && held.length > 0;
  };

  /** Has anything else be heard; of several on one topic that had to wait, the last. */
  const say = (text: string, topic = text) => {
    words.delete(topic);
    words.set(topic, text);
    look();
  };

  const isWanted = (news: News) => {
    if (news.kind !== 'message') return chosen.notices;
    return (
      !news.folded && chosen.messages !== 'nothing' && (chosen.messages !== 'mentions' || isToReader(news))
    );
  };

  return {
    /** What came from others, in order; nothing where a poll brought nothing. */
    receive(all: News[]) {
      const news = all.filter(isWanted);
      if (!news.length) {
        gatheredAt = 0;
        return look();
      }
      arrivals = [...arrivals.filter((at) => now() - at < WINDOW_MS), ...news.map(now)];
      if (!held.length) heldAt = now();
      gatheredAt = Math.min(now() + GATHER_MS, heldAt + WINDOW_MS);
      held.push(...news);
      holdUp(isPaused || isHidden || now() < typedAt + TYPING_MS);
      look();
    },
    say,
    /** That a key was typed. */
    typed() {
      typedAt = now();
      holdUp(true);
    },
    /** That what was typed is sent, so that nothing has to wait for it. */
    sent() {
      typedAt = -Infinity;
      say('Sent');
    },
    /** Whether messages wait until they are asked for. */
    pause(isOn: boolean) {
      isPaused = isOn;
      holdUp(isOn);
      say(`Announcements are ${isOn ? 'paused' : 'on again'}.`, 'pause');
    },
    /** Whether nobody sees the page, so that everything waits. */
    hide(isOn: boolean) {
      isHidden = isOn;
      holdUp(isOn);
      look();
    },
  };
};

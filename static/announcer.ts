// Decides what a screen reader says of a room, and when. It knows neither page nor clock: specs and the
// practice room give it their own.
//
// Entries are *held* until they are said. They are *gathering* while the next poll may bring more of
// them, and *delayed* if they could not be said when they came: then several are said as one digest.
// The announcer is *quiet* while the user types: nothing is said at all.
import { type Announcements, asOne, createWording, type Entry } from './wording.ts';

export type { Announcements, Entry };

/** `now` is in ms; `later` calls `act` after `ms`. */
export interface Clock {
  now(): number;
  later(act: () => void, ms: number): void;
}

type Speak = (text: string) => void;
export type Announcer = ReturnType<typeof createAnnouncer>;

/** More entries than this within `WINDOW_MS` are said as a digest, and at most one in that time. */
const MOST = 3;
const WINDOW_MS = 5000;
/** A screen reader stops speaking at every key, so nothing is said for this long after one. */
const QUIET_MS = 2000;
/** A screen reader says which window has come to the front, and lets nothing that the page says before be heard. */
const RETURN_MS = 1000;
/** Entries gather until a poll brings no more, or for this long if no poll is answered. */
const GATHER_MS = 2500;
/** Some screen readers let a text interrupt the one before it, or speak them in any order: so all that is due is one. */
const APART_MS = 250;

/** A clock that only grows: the device's own may be set back. */
const CLOCK: Clock = { now: () => performance.now(), later: (act, ms) => setTimeout(act, ms) };

/** `reader` is the user's username. `speak` is called with each text: once, in order, and `APART_MS` apart. */
export const createAnnouncer = (reader: string, chosen: Announcements, speak: Speak, clock = CLOCK) => {
  const { isOnlyHeard, isWanted, textOf } = createWording(reader, chosen);
  const voice = createVoice(speak, clock);
  const held = createHeld(clock, chosen.every, (said, isDigest) => voice.keep(textOf(said, isDigest), said));
  const quiet = createQuiet(clock);
  let isHidden = false;

  /** Says what is due, and comes back for the rest. */
  const sayDue = (): void => {
    if (isHidden) return held.delay();
    const busy = Math.max(quiet.left(), voice.left());
    if (busy > 0) return clock.later(sayDue, busy);
    const wait = held.sayDue();
    voice.speakKept();
    if (wait) clock.later(sayDue, wait);
  };

  /** Says a sentence as soon as possible. Of several on one topic that have to wait, only the last is said. */
  const say = (text: string, topic = text) => {
    voice.keep(text, topic);
    sayDue();
  };

  return {
    say,
    /** Takes the entries of one poll, in order; none if the poll brought none. */
    receive(entries: Entry[]) {
      held.add(entries.filter(isWanted));
      if (quiet.left() > 0) held.delay();
      sayDue();
    },
    /** The user has pressed a key, which cuts off what is being said. */
    typed() {
      quiet.begin(QUIET_MS);
      held.delay();
    },
    /** The last key has done what it was for, as a button that was pressed: nothing is held because of it. */
    endQuiet: quiet.end,
    /** The user's message is sent. */
    sent() {
      quiet.end();
      return isOnlyHeard('sent') ? sayDue() : say('Sent');
    },
    /** Holds entries until it is called with `false`; sentences are said. */
    pause(isOn: boolean) {
      held.pause(isOn);
      say(`Announcements are ${isOn ? 'paused' : 'on again'}.`, 'pause');
    },
    /** Holds everything while the page is hidden, and until it has been in front again for a moment. */
    hide(isOn: boolean) {
      if (isHidden && !isOn) quiet.begin(RETURN_MS);
      isHidden = isOn;
      sayDue();
    },
  };
};

/** Until when nothing is said at all. */
const createQuiet = ({ now }: Clock) => {
  let until = -Infinity;
  return {
    begin(ms: number) {
      until = now() + ms;
    },
    end() {
      until = -Infinity;
    },
    /** In ms; none if it is over. */
    left: () => until - now(),
  };
};

/**
 * The entries that are held, and when they are due. `tell` is called to say them, at most `every` so many
 * seconds.
 */
const createHeld = ({ now }: Clock, every = 0, tell: (entries: Entry[], isDigest: boolean) => void) => {
  let held: Entry[] = [];
  let arrivals: number[] = [];
  let gatheringSince = 0;
  let gatherUntil = 0;
  let isDelayed = false;
  let isPaused = false;
  let saidAt = -Infinity;

  return {
    /** Adds the entries of one poll. A poll without any ends the gathering. */
    add(entries: Entry[]) {
      gatherUntil = 0;
      if (!entries.length) return;
      arrivals = [...arrivals.filter((at) => now() - at < WINDOW_MS), ...entries.map(now)];
      if (!held.length) gatheringSince = now();
      gatherUntil = Math.min(now() + GATHER_MS, gatheringSince + WINDOW_MS);
      held.push(...entries);
      isDelayed ||= isPaused;
    },
    delay() {
      isDelayed ||= held.length > 0;
    },
    pause(isOn: boolean) {
      isPaused = isOn;
      isDelayed ||= held.length > 0;
    },
    /** Says the entries if they are due. Returns how many ms they still have to wait. */
    sayDue() {
      if (!held.length || isPaused) return 0;
      const isMany = arrivals.length > MOST;
      const apart = Math.max(isMany ? WINDOW_MS : 0, every * 1000);
      const dueAt = Math.max(isDelayed ? 0 : gatherUntil, apart && saidAt + apart);
      if (now() < dueAt) return dueAt - now();
      tell(held, held.length > 1 && (isMany || isDelayed || every > 0));
      held = [];
      isDelayed = false;
      saidAt = now();
      return 0;
    },
  };
};

/** Speaks texts together, and apart from those before. Keeps what has to wait: the last one on each topic. */
const createVoice = (speak: Speak, { now }: Clock) => {
  const kept = new Map<unknown, string>();
  let freeAt = -Infinity;

  return {
    /** In ms, until it may speak again. */
    left: () => freeAt - now(),
    keep(text: string, topic: unknown) {
      kept.delete(topic); // the last to come is also the last in order
      kept.set(topic, text);
    },
    speakKept() {
      if (!kept.size) return;
      speak(asOne([...kept.values()]));
      kept.clear();
      freeAt = now() + APART_MS;
    },
  };
};

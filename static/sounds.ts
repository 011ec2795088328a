// The sounds: made of notes, so that nothing has to be loaded, and which of them is heard when. It knows
// neither page nor clock.
import { eventOf, type Entry, type SoundEvent } from './wording.ts';

/** A tone: its frequency in Hz, its beginning and its length in seconds. */
export type Note = [hertz: number, at: number, length: number];

/** At most one sound in this time: a burst of messages is one. */
const APART_MS = 2000;

/** The events from the most to the least important: of several at once, the first one is heard. */
const ORDER: SoundEvent[] = ['trouble', 'mention', 'message', 'sent', 'entered'];

/** Each set has a wave and a melody for each event. Those of one set differ in rhythm, and not only in height. */
export const SETS: Record<
  string,
  { wave: 'sine' | 'square' | 'triangle'; notes: Record<SoundEvent, Note[]> }
> = {
  soft: {
    wave: 'sine',
    notes: {
      message: [[523, 0, 0.3]],
      mention: [
        [523, 0, 0.2],
        [784, 0.2, 0.4],
      ],
      sent: [[392, 0, 0.12]],
      entered: [
        [330, 0, 0.15],
        [330, 0.2, 0.15],
      ],
      trouble: [
        [330, 0, 0.3],
        [262, 0.3, 0.3],
        [196, 0.6, 0.5],
      ],
    },
  },
  // Many overtones of low notes: those who hear high notes badly hear some of them all the same.
  sharp: {
    wave: 'square',
    notes: {
      message: [[440, 0, 0.35]],
      mention: [
        [440, 0, 0.2],
        [660, 0.25, 0.2],
        [660, 0.5, 0.4],
      ],
      sent: [[880, 0, 0.15]],
      entered: [
        [330, 0, 0.2],
        [330, 0.3, 0.2],
      ],
      trouble: [
        [220, 0, 0.4],
        [220, 0.5, 0.4],
        [220, 1, 0.6],
      ],
    },
  },
  '2000s': {
    wave: 'triangle',
    notes: {
      message: [
        [988, 0, 0.08],
        [1319, 0.08, 0.25],
      ],
      mention: [
        [784, 0, 0.08],
        [988, 0.08, 0.08],
        [1319, 0.16, 0.08],
        [1568, 0.24, 0.3],
      ],
      sent: [[1319, 0, 0.06]],
      entered: [
        [659, 0, 0.1],
        [880, 0.1, 0.2],
      ],
      trouble: [
        [415, 0, 0.15],
        [311, 0.15, 0.15],
        [415, 0.3, 0.15],
        [311, 0.45, 0.3],
      ],
    },
  },
};

/** The most important event of several that the user wants to hear; undefined if there is none. */
export const eventAmong = (
  entries: Entry[],
  reader: string,
  wanted: SoundEvent[],
): SoundEvent | undefined => {
  const events = entries.filter(({ folded }) => !folded).map((entry) => eventOf(entry, reader));
  return ORDER.find((event) => wanted.includes(event) && events.includes(event));
};

/** Returns a function that says whether a sound may be heard now: `APART_MS` after the last one. */
export const createPace = (now: () => number) => {
  let last = -Infinity;
  return () => {
    if (now() - last < APART_MS) return false;
    last = now();
    return true;
  };
};

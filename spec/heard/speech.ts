// What a screen reader gave to speech, as a listener hears it.

/** A line of what was written down: see `orca-customizations.py`. */
export interface SpeechLine {
  /** In ms since 1970. */
  at: number;
  text?: string;
  stop?: boolean;
  /** What a Braille display shows from then on. */
  braille?: string;
  ready?: boolean;
}

/** What is heard in one piece. */
export interface Utterance {
  text: string;
  /** Seconds after the beginning of the scene at which it was given to speech. */
  second: number;
  /** Seconds that it waited for what was said before it. */
  late: number;
  /** The reader stopped it before its end. */
  isCut: boolean;
}

/** So fast is read, in characters a second: the pace at which Orca begins. */
const PACE = 15;

/** The lines of a file; its last one may not be whole yet. */
export const speechLines = (file: string): SpeechLine[] =>
  file
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as SpeechLine);

/** What a listener heard from `begin` on, in ms since 1970, at a pace that is always the same. */
export function utterancesOf(lines: SpeechLine[], begin: number): Utterance[] {
  const heard: (Utterance & { end: number })[] = [];
  let free = begin;
  for (const { at, text, stop } of lines.filter((line) => line.at >= begin)) {
    if (stop) {
      for (const one of heard) if (one.end > at) Object.assign(one, { isCut: true, end: at });
      free = at;
    } else if (text?.trim()) {
      const start = Math.max(at, free);
      free = start + (text.length / PACE) * 1000;
      const seconds = (ms: number) => Math.round(ms / 100) / 10;
      heard.push({
        text: text.trim().replace(/\s+/g, ' '),
        second: seconds(at - begin),
        late: seconds(start - at),
        isCut: false,
        end: free,
      });
    }
  }
  return heard.map(({ text, second, late, isCut }) => ({ text, second, late, isCut }));
}

/** Utterances as lines for people: `1.2 s  Ana: Hello.` */
export const writtenDown = (heard: Utterance[]): string =>
  heard
    .map(
      ({ text, second, late, isCut }) =>
        `${second.toFixed(1)} s  ${text}${isCut ? ' [cut off]' : ''}${late >= 1 ? ` [begins ${late.toFixed(1)} s later]` : ''}`,
    )
    .join('\n');

/** A heading in the log, ahead of the entry with the seq `from`. */
export interface LogHeading {
  id: 'new' | 'unread';
  words: string;
  from: number;
  /** Whether a message of the reader is among what is new: it is sent. */
  isSent?: boolean;
}

/** A day as its heading shows it. */
export interface LogDay {
  key: string;
  words: string;
}

/** Entries without a heading between them, and the headings ahead of them. */
export interface LogSection {
  /** The heading of what is new or unread, if it is here. */
  heading: LogHeading | undefined;
  /** The heading of the day, if the day begins here. */
  day: LogDay | undefined;
  /** Whether the latest entries begin here: those that a screen of a text browser has room for. */
  isLatest: boolean;
  /** The entries, as HTML. */
  html: string;
}

/** So many entries fit on a screen of 24 lines, with the way to the form; w3m shows a fragment in the middle of it. */
const LATEST_ENTRIES = 9;

/**
 * Divides entries by days, at the heading, and if there is none, at the latest entries.
 * @param isLatest whether the page ends with the latest entries, and begins there for who lands on it
 * @param before the key of the day of the entry ahead of these: its heading is shown already
 */
export function logSections(
  lines: { seq: number; html: string; day: LogDay }[],
  {
    heading,
    before,
    isLatest = false,
  }: { heading?: LogHeading | undefined; before?: string | undefined; isLatest?: boolean } = {},
): LogSection[] {
  const landing = isLatest && !heading ? lines[Math.max(lines.length - LATEST_ENTRIES, 0)]?.seq : undefined;
  const sections: LogSection[] = [];
  let current = before;
  for (const { seq, html, day } of lines) {
    const isHeaded = heading?.from === seq;
    if (day.key !== current || isHeaded || seq === landing || sections.length === 0)
      sections.push({
        heading: isHeaded ? heading : undefined,
        day: day.key === current ? undefined : day,
        isLatest: seq === landing,
        html,
      });
    else sections.at(-1)!.html += `\n${html}`;
    current = day.key;
  }
  return sections;
}

import type { AwayChoices, Way } from './away.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Offsets of time zones are multiples of this. */
const QUARTER_MS = 15 * MINUTE_MS;
/** Every hour of a day comes within so many. */
const MOST_QUARTERS = 50 * 4;

/** The choices on which the time depends. */
export type TimeChoices = Pick<
  AwayChoices,
  'mail' | 'hook' | 'minutes' | 'hour' | 'zone' | 'quietFrom' | 'quietUntil'
>;

/**
 * When a way tells what waits since a moment; undefined if it never does. The hour of a daily mail is chosen,
 * so it may be a quiet one; what is late, as after a failure, keeps to the quiet hours like the rest.
 * @param since in milliseconds since 1970, as `now` and the result
 */
export function dueAt(choices: TimeChoices, way: Way, since: number, now = since): number | undefined {
  if (choices[way] === 'daily') {
    const at = nextHour(since, choices.hour, choices.zone ?? 'UTC');
    return now < at + HOUR_MS ? at : afterQuiet(choices, now);
  }
  if (choices[way] === 'soon') return afterQuiet(choices, Math.max(since + choices.minutes * MINUTE_MS, now));
  return undefined;
}

/** The first moment from this one on that is in no quiet hour. */
export function afterQuiet({ quietFrom, quietUntil, zone }: TimeChoices, at: number): number {
  if (quietFrom === null || quietUntil === null || quietFrom === quietUntil) return at;
  const isQuiet = (at: number) => {
    const hour = hourAt(at, zone ?? 'UTC');
    return quietFrom < quietUntil
      ? hour >= quietFrom && hour < quietUntil
      : hour >= quietFrom || hour < quietUntil;
  };
  if (!isQuiet(at)) return at;
  let end = quarterFrom(at); // not the hour of the end: the change of the clocks may leave it out
  while (isQuiet(end)) end += QUARTER_MS;
  return end;
}

const quarterFrom = (at: number) => Math.ceil(at / QUARTER_MS) * QUARTER_MS;

/** The next moment at which an hour begins in a zone, or the one after it where the change of the clocks leaves it out. */
function nextHour(from: number, hour: number, zone: string): number {
  let at = quarterFrom(from);
  for (let count = 0; count < MOST_QUARTERS; count += 1, at += QUARTER_MS) {
    const [before, now] = [hourAt(at - QUARTER_MS, zone), hourAt(at, zone)];
    const isLeftOut = now === (hour + 1) % 24 && before === (hour + 23) % 24;
    if ((now === hour && before !== hour) || isLeftOut) return at;
  }
  return at;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The hour of the day in a zone, 0 to 23. The names of zones are those of a list, so few formats are kept. */
function hourAt(at: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' });
    formats.set(zone, format);
  }
  return Number(format.format(at));
}

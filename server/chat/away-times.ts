import type { AwayChoices, Way } from './away.ts';

const MINUTE_MS = 60_000;
/** Offsets of time zones are multiples of this. */
const QUARTER_MS = 15 * MINUTE_MS;
/** An hour that the change of the clocks leaves out comes on the next day. */
const MOST_QUARTERS = 50 * 4;

/** The choices on which the time depends. */
export type TimeChoices = Pick<
  AwayChoices,
  'mail' | 'hook' | 'minutes' | 'hour' | 'zone' | 'quietFrom' | 'quietUntil'
>;

/**
 * When a way tells what waits since a moment; undefined if it never does. The hour of a daily mail is chosen,
 * so it may be a quiet one. @param since in milliseconds since 1970, as the result
 */
export function dueAt(choices: TimeChoices, way: Way, since: number): number | undefined {
  const zone = choices.zone ?? 'UTC';
  if (choices[way] === 'daily') return nextHour(since, choices.hour, zone);
  if (choices[way] === 'soon') return afterQuiet(choices, since + choices.minutes * MINUTE_MS);
  return undefined;
}

/** The first moment from this one on that is in no quiet hour. */
export function afterQuiet({ quietFrom, quietUntil, zone }: TimeChoices, at: number): number {
  if (quietFrom === null || quietUntil === null || quietFrom === quietUntil) return at;
  const hour = hourAt(at, zone ?? 'UTC');
  const isQuiet =
    quietFrom < quietUntil ? hour >= quietFrom && hour < quietUntil : hour >= quietFrom || hour < quietUntil;
  return isQuiet ? nextHour(at, quietUntil, zone ?? 'UTC') : at;
}

/** The next moment at which an hour begins in a zone. */
function nextHour(from: number, hour: number, zone: string): number {
  let at = Math.ceil(from / QUARTER_MS) * QUARTER_MS;
  for (let count = 0; count < MOST_QUARTERS; count += 1, at += QUARTER_MS)
    if (hourAt(at, zone) === hour && hourAt(at - QUARTER_MS, zone) !== hour) return at;
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

import { FIXED_ZONES, presentName, ZONES } from '../text/zones.ts';

/** The zone of users who have not chosen one and whose browser has not told one. */
export const DEFAULT_ZONE = 'UTC';

const DAY_MS = 86_400_000;
const NAMED: ReadonlySet<string> = new Set([...ZONES, ...FIXED_ZONES]);

const formatters = new Map<
  string,
  { h23: Intl.DateTimeFormat; h12: Intl.DateTimeFormat; day: Intl.DateTimeFormat; key: Intl.DateTimeFormat }
>();

/** Zones as clients name them, by their canonical names; bounded, since clients can send any text. */
const checked = new Map<string, string>();
const MOST_CHECKED = 1000;

/** Returns the canonical name of a zone, as `Europe/Berlin`; UTC if it is not a zone. */
export function checkedZone(zone: string | undefined): string {
  const known = checked.get(zone ?? DEFAULT_ZONE);
  if (known) return known;
  if (checked.size >= MOST_CHECKED) checked.clear();
  const name = canonicalZone(zone ?? DEFAULT_ZONE);
  checked.set(zone ?? DEFAULT_ZONE, name);
  return name;
}

function canonicalZone(zone: string): string {
  try {
    const name = presentName(new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone);
    return NAMED.has(name) ? name : DEFAULT_ZONE; // refuses offsets, which are valid zones: each costs a set of formatters in memory
  } catch {
    return DEFAULT_ZONE;
  }
}

function formatter(zone: string) {
  let formats = formatters.get(zone);
  if (!formats) {
    formats = {
      h23: new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }),
      h12: new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        hour: 'numeric',
        minute: '2-digit',
        hourCycle: 'h12',
      }),
      day: new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        year: 'numeric',
      }),
      key: new Intl.DateTimeFormat('en-CA', { timeZone: zone }),
    };
    formatters.set(zone, formats);
  }
  return formats;
}

/** The time that was asked for last: messages that are sent are shown in the minute they come. */
const latest = { minute: '', words: '' };

/** `09:58`, or with `h12` `9:58 am`. @param at ISO 8601, in UTC */
export function time(at: string, zone: string, hourCycle: 'h23' | 'h12' = 'h23'): string {
  const minute = `${at.slice(0, 16)} ${hourCycle} ${zone}`;
  if (minute !== latest.minute)
    Object.assign(latest, { minute, words: formatter(zone)[hourCycle].format(new Date(at)) });
  return latest.words;
}

/** `Thursday 1 January 2026` */
export const day = (at: string, zone: string): string =>
  formatter(zone).day.format(new Date(at)).replace(',', '');
/** `2026-01-01` */
export const dayKey = (at: string, zone: string): string => formatter(zone).key.format(new Date(at));

const MONTHS = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' });

/** `January 2026` for `2026-01` */
export const monthInWords = (month: string): string => MONTHS.format(new Date(`${month}-01T00:00:00Z`));

/** Returns when a day such as `2026-01-01` begins in the zone; undefined if there is no such day. */
export function startOfDay(day: string, zone: string): Date | undefined {
  const midnight = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  if (Number.isNaN(midnight) || dayKey(new Date(midnight).toISOString(), 'UTC') !== day) return undefined;
  // If the clocks change near midnight, one of the two offsets can lead into another day, or both lead to a
  // 00:00 of this day: then the first one counts.
  const moments = [-DAY_MS, DAY_MS]
    .map((ms) => midnight - offset(new Date(midnight + ms), zone))
    .filter(Number.isFinite);
  const first = moments
    .toSorted((a, b) => a - b)
    .find((moment) => dayKey(new Date(moment).toISOString(), zone) === day);
  return first === undefined ? undefined : new Date(first);
}

/** `2026-01-02` after `2026-01-01` */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** How far the zone is ahead of UTC at a moment, in milliseconds. */
function offset(moment: Date, zone: string): number {
  const wall = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(moment);
  return Date.parse(`${wall.replace(' ', 'T')}Z`) - Math.floor(moment.getTime() / 1000) * 1000;
}

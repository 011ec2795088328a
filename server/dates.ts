/** The time zone of whoever has not told theirs. */
export const DEFAULT_ZONE = 'UTC';

const DAY_MS = 86_400_000;
const NAMED: ReadonlySet<string> = new Set(Intl.supportedValuesOf('timeZone'));

const formatters = new Map<
  string,
  { h23: Intl.DateTimeFormat; h12: Intl.DateTimeFormat; day: Intl.DateTimeFormat; key: Intl.DateTimeFormat }
>();

/** Returns the zone, as `Europe/Berlin`, under its usual name where it is one, else UTC. */
export function checkedZone(zone: string | undefined): string {
  try {
    const name = new Intl.DateTimeFormat('en', { timeZone: zone ?? DEFAULT_ZONE }).resolvedOptions().timeZone;
    return NAMED.has(name) ? name : DEFAULT_ZONE; // an offset is a zone too, and there are thousands
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

/** `09:58`, or in 12 hours `9:58 am` */
export const time = (at: string, zone: string, hourCycle: 'h23' | 'h12' = 'h23'): string =>
  formatter(zone)[hourCycle].format(new Date(at));
/** `Thursday 1 January 2026` */
export const day = (at: string, zone: string): string =>
  formatter(zone).day.format(new Date(at)).replace(',', '');
/** `2026-01-01` */
export const dayKey = (at: string, zone: string): string => formatter(zone).key.format(new Date(at));

/** When a day such as `2026-01-01` begins in the zone; undefined where it is none. */
export function startOfDay(day: string, zone: string): Date | undefined {
  const midnight = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
  if (Number.isNaN(midnight) || dayKey(new Date(midnight).toISOString(), 'UTC') !== day) return undefined;
  // Where the clocks change about midnight, the offset of before or that of after leads into another
  // day, or both lead to a 00:00, of which the first counts.
  const moments = [-DAY_MS, DAY_MS]
    .map((ms) => midnight - offset(new Date(midnight + ms), zone))
    .filter(Number.isFinite);
  const first = moments
    .sort((a, b) => a - b)
    .find((moment) => dayKey(new Date(moment).toISOString(), zone) === day);
  return first === undefined ? undefined : new Date(first);
}

/** The day after, as `2026-01-02`. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** How far the zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offset(moment: Date, zone: string): number {
  const wall = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(moment);
  return Date.parse(`${wall.replace(' ', 'T')}Z`) - Math.floor(moment.getTime() / 1000) * 1000;
}

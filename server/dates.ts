/** The time zone of whoever has not told theirs. */
export const DEFAULT_ZONE = 'UTC';

const formatters = new Map<string, { time: Intl.DateTimeFormat; day: Intl.DateTimeFormat; key: Intl.DateTimeFormat }>();

/** Returns the zone, as `Europe/Berlin`, under its usual name where it is one, else UTC. */
export function checkedZone(zone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone ?? DEFAULT_ZONE }).resolvedOptions().timeZone;
  } catch {
    return DEFAULT_ZONE;
  }
}

function formatter(zone: string) {
  let formats = formatters.get(zone);
  if (!formats) {
    formats = {
      time: new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }),
      day: new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
      key: new Intl.DateTimeFormat('en-CA', { timeZone: zone }),
    };
    formatters.set(zone, formats);
  }
  return formats;
}

/** `09:58` */
export const time = (at: string, zone: string): string => formatter(zone).time.format(new Date(at));
/** `Thursday 1 January 2026` */
export const day = (at: string, zone: string): string => formatter(zone).day.format(new Date(at)).replace(',', '');
/** `2026-01-01` */
export const dayKey = (at: string, zone: string): string => formatter(zone).key.format(new Date(at));

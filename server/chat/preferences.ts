import type { EntityManager } from '@mikro-orm/core';
import { Invalid } from './errors.ts';
import { chosen, collect } from './text.ts';
import { User } from './user.ts';

/** Times as 14:05, or as 2:05 pm. */
export type HourCycle = 'h23' | 'h12';
/** Who is shown in which room somebody is. */
export type Whereabouts = 'friends' | 'nobody';
/** Whether, without script, a view of a room shows by itself what is new: every so many seconds, or as a page that stays open. */
export type LiveView = 'off' | keyof typeof RELOADS | 'stream';
/** How pages look. */
export type Style = 'calm' | 'y2k';

/** The time zones there are, by their names, such as `Europe/Berlin`. */
export const ZONES: readonly string[] = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];

/** How often a live view reloads itself, in seconds. */
export const RELOADS = { '10s': 10, '30s': 30, '1min': 60, '5min': 300 } as const;
const LIVE_VIEWS = {
  off: 'off',
  '10s': '10s',
  '30s': '30s',
  '1min': '1min',
  '5min': '5min',
  stream: 'stream',
} as const;

/** What a form sends of them: each a text, and yes or no where there are these two. */
type Typed = Partial<
  Record<
    | 'zone'
    | 'hourCycle'
    | 'foundByEmail'
    | 'whereabouts'
    | 'enterSends'
    | 'liveView'
    | 'reportLinks'
    | 'style',
    string
  >
>;

/**
 * Keeps what a person prefers. What is not sent stays as it is.
 * @throws Invalid where a choice is none of those that there are
 */
export async function savePreferences(em: EntityManager, user: User, typed: Typed): Promise<void> {
  const preferences = collect({
    zone: () => (typed.zone === undefined ? user.zone : checkedZone(typed.zone)),
    hourCycle: () => chosen('hourCycle', typed, { h23: 'h23', h12: 'h12' } as const, user.hourCycle),
    foundByEmail: () => chosen('foundByEmail', typed, { yes: true, no: false }, user.foundByEmail),
    whereabouts: () =>
      chosen('whereabouts', typed, { friends: 'friends', nobody: 'nobody' } as const, user.whereabouts),
    enterSends: () => chosen('enterSends', typed, { yes: true, no: false }, user.enterSends),
    liveView: () => chosen('liveView', typed, LIVE_VIEWS, user.liveView),
    reportLinks: () => chosen('reportLinks', typed, { yes: true, no: false }, user.reportLinks),
    style: () => chosen('style', typed, { calm: 'calm', y2k: 'y2k' } as const, user.style),
  });
  await em.nativeUpdate(User, { id: user.id }, preferences);
}

/** The zone; null where it is to be as the browser says. */
function checkedZone(zone: string): string | null {
  if (zone === '') return null;
  if (ZONES.includes(zone)) return zone;
  throw new Invalid({ zone: 'There is no such time zone. Choose one from the list.' });
}

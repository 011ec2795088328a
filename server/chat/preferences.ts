import type { EntityManager } from '@mikro-orm/core';
import { chosenOption, collectProblems } from './checks.ts';
import { Invalid } from './errors.ts';
import { presentName, ZONES } from '../text/zones.ts';
import { lockActor, type Style, User } from './user.ts';

/** How pages look: `y2k` and `terminal` are of the 2000s. */
export const STYLES = { calm: 'calm', y2k: 'y2k', terminal: 'terminal' } as const;

/** The seconds between two reloads of a live view. */
export const RELOADS = { '10s': 10, '30s': 30, '1min': 60, '5min': 300 } as const;
const LIVE_VIEWS = {
  off: 'off',
  '10s': '10s',
  '30s': '30s',
  '1min': '1min',
  '5min': '5min',
  stream: 'stream',
} as const;

/** The fields of the form; a boolean is `yes` or `no`. */
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
 * Saves preferences; a field that is not sent keeps its value. Runs inside a transaction.
 * @throws Invalid if a choice does not exist, and as `lockActor`
 */
export async function savePreferences(em: EntityManager, actor: User, typed: Typed): Promise<void> {
  const user = await lockActor(em, actor);
  const preferences = collectProblems({
    zone: () => (typed.zone === undefined ? user.zone : checkedZone(typed.zone)),
    hourCycle: () => chosenOption('hourCycle', typed, { h23: 'h23', h12: 'h12' } as const, user.hourCycle),
    foundByEmail: () => chosenOption('foundByEmail', typed, { yes: true, no: false }, user.foundByEmail),
    whereabouts: () =>
      chosenOption('whereabouts', typed, { friends: 'friends', nobody: 'nobody' } as const, user.whereabouts),
    enterSends: () => chosenOption('enterSends', typed, { yes: true, no: false }, user.enterSends),
    liveView: () => chosenOption('liveView', typed, LIVE_VIEWS, user.liveView),
    reportLinks: () => chosenOption('reportLinks', typed, { yes: true, no: false }, user.reportLinks),
    style: () => chosenOption('style', typed, STYLES, user.style),
  });
  await em.nativeUpdate(User, { id: user.id }, preferences);
}

/** @throws Invalid if there is no such style */
export const checkedStyle = (style: string): Style => chosenOption('style', { style }, STYLES, 'calm');

/** Returns null for the browser's time zone. */
function checkedZone(zone: string): string | null {
  if (zone === '') return null;
  const name = presentName(zone);
  if (ZONES.includes(name)) return name;
  throw new Invalid({ zone: 'There is no such time zone. Choose one from the list.' });
}

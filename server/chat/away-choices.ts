import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { Away, AwayRoom, ensureAway, type Told, type When } from './away.ts';
import { chosenOption, collectProblems, requireWellFormed } from './checks.ts';
import { Invalid } from './errors.ts';
import type { MemberRoom } from './membership.ts';
import { presentName, ZONES } from '../text/zones.ts';
import { lockActor, type User } from './user.ts';

export const TOLD = { nothing: 'nothing', mine: 'mine', all: 'all' } as const satisfies Record<Told, Told>;
const WHENS = { soon: 'soon', daily: 'daily', never: 'never' } as const satisfies Record<When, When>;
const BROWSER = { yes: true, no: false };
const MOST_MINUTES = 1440;
const LONGEST_ADDRESS = 500;

/** The fields of the form. */
export type TypedAway = Partial<
  Record<
    | 'what'
    | 'mail'
    | 'hook'
    | 'hookUrl'
    | 'browser'
    | 'minutes'
    | 'hour'
    | 'zone'
    | 'quietFrom'
    | 'quietUntil',
    string
  >
>;

/**
 * Saves what a user is told; a field that is not sent keeps its value. What is due already is looked at again, by the new
 * choices. Runs inside a transaction. @throws Invalid for each field that breaks a rule, and as `lockActor`
 */
export async function saveAway(em: EntityManager, actor: User, typed: TypedAway, now: Date): Promise<void> {
  const user = await lockActor(em, actor);
  await ensureAway(em, user);
  const own = await em.findOneOrFail(Away, { user: user.id }, { refresh: true });
  const choices = collectProblems({
    what: () => chosenOption('what', typed, TOLD, own.what),
    mail: () => chosenOption('mail', typed, WHENS, own.mail),
    hook: () => chosenOption('hook', typed, WHENS, own.hook),
    hookUrl: () => (typed.hookUrl === undefined ? own.hookUrl : checkedHookUrl(typed.hookUrl)),
    browser: () => chosenOption('browser', typed, BROWSER, own.browser),
    minutes: () => (typed.minutes === undefined ? own.minutes : checkedMinutes(typed.minutes)),
    hour: () => (typed.hour === undefined ? own.hour : checkedHour('hour', typed.hour)),
    zone: () => (typed.zone === undefined ? own.zone : checkedZone(typed.zone)),
    quietFrom: () =>
      typed.quietFrom === undefined ? own.quietFrom : checkedQuiet('quietFrom', typed.quietFrom),
    quietUntil: () =>
      typed.quietUntil === undefined ? own.quietUntil : checkedQuiet('quietUntil', typed.quietUntil),
  });
  if ((choices.quietFrom === null) !== (choices.quietUntil === null))
    throw new Invalid({ quietUntil: 'Quiet hours have a beginning and an end. Choose both, or neither.' });
  if (choices.hook !== 'never' && choices.hookUrl === null)
    throw new Invalid({ hookUrl: 'Enter the address to post to, or choose “Never”.' });
  await em.nativeUpdate(Away, { user: user.id }, choices);
  await em.execute(
    'update telling set look_at = ? where user_id = ? and message_id is null and look_at > ?',
    [now.getTime(), user.id, now.getTime()],
    'run',
  );
}

/** Saves what a user is told of one room, other than of the rest. Runs inside a transaction. */
export async function saveAwayIn(
  em: EntityManager,
  { room, membership }: MemberRoom,
  typed: { what?: string },
): Promise<void> {
  const user = await lockActor(em, membership.user);
  const { what } = collectProblems({ what: () => chosenOption<Told>('what', typed, TOLD, 'mine') });
  await ensureAway(em, user);
  await em.upsert(AwayRoom, { user: user.id, room: room.id, what });
}

/** A room is told of as the rest. Runs inside a transaction. */
export async function clearAwayIn(em: EntityManager, { room, membership }: MemberRoom): Promise<void> {
  const user = await lockActor(em, membership.user);
  await em.nativeDelete(AwayRoom, { user: user.id, room: room.id });
}

function checkedMinutes(typed: string): number {
  const minutes = /^\d{1,4}$/.test(typed.trim()) ? Number(typed) : 0;
  if (minutes >= 1 && minutes <= MOST_MINUTES) return minutes;
  throw new Invalid({ minutes: 'Enter a whole number of minutes from 1 to 1,440.' });
}

function checkedHour(field: string, typed: string): number {
  const hour = /^\d{1,2}$/.test(typed) ? Number(typed) : 24;
  if (hour <= 23) return hour;
  throw new Invalid({ [field]: 'There is no such hour. Choose one from the list.' });
}

const checkedQuiet = (field: string, typed: string): number | null =>
  typed === '' ? null : checkedHour(field, typed);

function checkedZone(zone: string): string {
  const name = presentName(zone);
  if (ZONES.includes(name)) return name;
  throw new Invalid({ zone: 'There is no such time zone. Choose one from the list.' });
}

/** Returns null for an empty field. Whether the address leads into a private network shows only when it is posted to. */
function checkedHookUrl(typed: string): string | null {
  const text = typed.trim();
  if (text === '') return null;
  requireWellFormed('hookUrl', text);
  const url = URL.parse(text);
  if (!url || url.protocol !== 'https:' || url.username || url.password || url.href.length > LONGEST_ADDRESS)
    throw new Invalid({
      hookUrl: `Enter an address that begins with https://, has no user name in it, and at most ${LONGEST_ADDRESS} characters.`,
    });
  return url.href;
}

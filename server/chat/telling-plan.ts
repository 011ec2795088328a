import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { type AwayChoices, type Way, WAYS } from './away.ts';
import { dueAt } from './away-times.ts';
import type { HourCycle } from './user.ts';

export const DAY_MS = 86_400_000;

/** The ways that this server has, and how many mails a user gets on one day. */
export interface Ways {
  mail: boolean;
  hook: boolean;
  mailsADay: number;
}

/** A user for whom something is due, with what they have chosen and what has been tried. */
export interface PersonToTell extends Omit<AwayChoices, 'isConfirmed' | 'browser'> {
  username: string;
  email: string;
  confirmed: number;
  browser: boolean | number;
  isGone: number;
  hourCycle: HourCycle;
  stopKey: string;
  mailDay: number;
  mails: number;
  messageId: string | null;
  way: Way | null;
  tries: number;
  since: number | string | null;
}

const PERSON = `
  select u.username, u.email, u.hour_cycle as "hourCycle", case when u.deleted_at is null and u.suspended_at is null then 0 else 1 end as "isGone",
    case when a.confirmed_key = u.email_key then 1 else 0 end as confirmed, a.what, a.mail, a.hook, a.hook_url as "hookUrl", a.browser,
    a.minutes, a.hour, a.zone, a.quiet_from as "quietFrom", a.quiet_until as "quietUntil", a.stop_key as "stopKey",
    a.mail_day as "mailDay", a.mails, t.message_id as "messageId", t.way, t.tries,
    (select min(d.since) from due d where d.user_id = u.id) as since
  from telling t join "user" u on u.id = t.user_id join away a on a.user_id = u.id where t.user_id = ?`;

/** Runs inside a transaction. */
export async function personToTell(em: EntityManager, user: number): Promise<PersonToTell | undefined> {
  const [person] = await em.execute<PersonToTell[]>(PERSON, [user]);
  return person;
}

/** What they have chosen, as plain choices. */
export const choicesOf = (person: PersonToTell): AwayChoices => ({
  isConfirmed: person.confirmed === 1,
  what: person.what,
  mail: person.mail,
  hook: person.hook,
  hookUrl: person.hookUrl,
  browser: Boolean(person.browser),
  minutes: person.minutes,
  hour: person.hour,
  zone: person.zone,
  quietFrom: person.quietFrom,
  quietUntil: person.quietUntil,
});

/** By which way to tell next, and when; undefined if by none, or if nothing is due. What may have arrived by a way is tried by no other. */
export function planOf(person: PersonToTell, ways: Ways, now: number): { way: Way; at: number } | undefined {
  if (person.since === null || person.isGone === 1) return undefined;
  const since = Number(person.since);
  const isOpen = {
    mail: ways.mail && ways.mailsADay > 0 && person.confirmed === 1,
    hook: ways.hook && person.hookUrl !== null,
  };
  const plans = WAYS.filter((way) => isOpen[way] && (person.way ?? way) === way).flatMap((way) => {
    const at = dueAt(person, way, since, now);
    return at === undefined
      ? []
      : [{ way, at: way === 'mail' ? withinLimit(person, ways, Math.max(at, now)) : at }];
  });
  const due = plans.filter(({ at }) => at <= now);
  if (due.length > 0) return due[person.tries % due.length]; // after a failure, the other way has its turn
  return plans.toSorted((a, b) => a.at - b.at)[0];
}

/** Until when something is kept for a notification of the browser that no other way tells; undefined if nothing is. */
export function keptUntil({ browser, since, isGone }: PersonToTell): number | undefined {
  return browser && since !== null && isGone === 0 ? Number(since) + DAY_MS : undefined;
}

/** The moment, or the beginning of the next day if the user has had all mails of this one. */
function withinLimit({ mailDay, mails }: PersonToTell, { mailsADay }: Ways, at: number): number {
  const day = Math.floor(at / DAY_MS);
  return mailDay === day && mails >= mailsADay ? (day + 1) * DAY_MS : at;
}

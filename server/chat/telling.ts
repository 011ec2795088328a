import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import type { AwayChoices, Way } from './away.ts';
import {
  choicesOf,
  DAY_MS,
  keptUntil,
  type PersonToTell,
  personToTell,
  planOf,
  type Ways,
} from './telling-plan.ts';
import type { HourCycle } from './user.ts';

const MINUTE_MS = 60_000;
/** The process that sends has this long: after it, another process takes over. Longer than any way may take. */
const CLAIM_MS = 5 * MINUTE_MS;
/** The first pause after a failure, which doubles with each, and the longest. */
const PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 3 * 3_600_000;
/** What could not be told for this long is not told any more: it waits in the rooms. */
const TOO_OLD_MS = 7 * DAY_MS;
const LONGEST_FAILURE = 300;
/** Users in one look. */
const MOST_USERS = 50;

/** Something that is to be sent to a user now. */
export interface Claim {
  user: number;
  username: string;
  email: string;
  way: Way;
  /** The same for each try, as long as the one before may have arrived. */
  messageId: string;
  choices: AwayChoices;
  hourCycle: HourCycle;
  stopKey: string;
  /** What the sender has set `look_at` to: only while it is that, the claim holds. */
  until: number;
}

interface Waiting {
  user: number;
  lookAt: number | string;
}

/** The users to look at now, those first who wait longest. */
export async function usersToTell(em: EntityManager, now: Date): Promise<{ user: number; lookAt: number }[]> {
  const rows = await em.execute<Waiting[]>(
    `select user_id as "user", look_at as "lookAt" from telling where look_at <= ? order by look_at, user_id limit ${MOST_USERS}`,
    [now.getTime()],
  );
  return rows.map(({ user, lookAt }) => ({ user, lookAt: Number(lookAt) }));
}

/**
 * Takes it upon this process to tell a user what is due. Returns undefined if another process has done so, or
 * nothing is to be sent now: then the next look is set. From here until `finish` or `release`, the messages that
 * are sent stay the same. @param newId makes a Message-ID
 */
export async function claim(
  em: EntityManager,
  { user, lookAt }: { user: number; lookAt: number },
  { now, ways, newId }: { now: Date; ways: Ways; newId: () => string },
): Promise<Claim | undefined> {
  const until = now.getTime() + CLAIM_MS;
  const mine = await em.execute<unknown[]>(
    'update telling set look_at = ? where user_id = ? and look_at = ? returning user_id',
    [until, user, lookAt],
  );
  if (mine.length === 0) return undefined;
  return em.transactional(async (em) => {
    await em.execute(FORGET_OLD, [user, new Date(now.getTime() - TOO_OLD_MS)], 'run');
    const person = await personToTell(em, user);
    const next = person && planOf(person, ways, now.getTime());
    const at = person && (next?.at ?? keptUntil(person));
    if (next && next.at <= now.getTime())
      return hold(em, { user, until, person, way: next.way, messageId: person.messageId ?? newId() });
    if (person?.since === null) await endTelling(em, user, now); // what is spread from here on stays
    else if (at === undefined || at <= now.getTime()) await forget(em, user, now);
    else await em.execute(`update telling set look_at = ? ${HELD}`, [at, user, until], 'run');
    return undefined;
  });
}

/** Stretches whose last message is too old. */
const FORGET_OLD = `
  delete from due where user_id = ?
    and not exists (select 1 from entry e where e.room_id = due.room_id and e.seq = due.until_seq and e.at > ?)`;

/** Whether a claim still holds: nobody else has looked since. */
const HELD = 'where user_id = ? and look_at = ?';

/** Nobody is to be told what is due: it waits in the rooms. */
async function forget(em: EntityManager, user: number, now: Date): Promise<void> {
  await em.execute('delete from due where user_id = ?', [user], 'run');
  await endTelling(em, user, now);
}

/** Ends the looks for a user unless something is due. The update locks the row, so the next statement sees what another process has spread meanwhile. */
export async function endTelling(em: EntityManager, user: number, now: Date): Promise<void> {
  await em.execute('update telling set look_at = ? where user_id = ?', [now.getTime(), user], 'run');
  await em.execute(
    'delete from telling where user_id = ? and not exists (select 1 from due d where d.user_id = telling.user_id)',
    [user],
    'run',
  );
}

/** Holds what is sent as it is now. What is due is written before the row of the user, as everywhere: so there is no deadlock. */
async function hold(
  em: EntityManager,
  { person, ...held }: Pick<Claim, 'user' | 'until' | 'way' | 'messageId'> & { person: PersonToTell },
): Promise<Claim> {
  const { user, until, way, messageId } = held;
  if (!person.messageId) {
    await em.execute('update due set trying_until = until_seq where user_id = ?', [user], 'run');
    await em.execute(
      `update telling set message_id = ?, way = ? ${HELD}`,
      [messageId, way, user, until],
      'run',
    );
  }
  const { username, email, hourCycle, stopKey } = person;
  return { ...held, username, email, hourCycle, stopKey, choices: choicesOf(person) };
}

/** Notes that the user was told, or that they have read everything meanwhile. What came since is due again. */
export async function finish(
  em: EntityManager,
  { user, until, way }: Claim,
  { now, isSent }: { now: Date; isSent: boolean },
): Promise<void> {
  await em.transactional(async (em) => {
    const isMine = `exists (select 1 from telling ${HELD})`;
    await em.execute(
      `delete from due where user_id = ? and until_seq <= trying_until and ${isMine}`,
      [user, user, until],
      'run',
    );
    await em.execute(
      `update due set from_seq = trying_until + 1, trying_until = null, since = ? where user_id = ? and trying_until is not null and ${isMine}`,
      [now.getTime(), user, user, until],
      'run',
    );
    if (isSent && way === 'mail') await countMail(em, user, now);
    const [held] = await em.execute<unknown[]>(
      `update telling set message_id = null, way = null, tries = 0, failure = null ${HELD} returning user_id`,
      [user, until],
    );
    if (held) await endTelling(em, user, now);
  });
}

async function countMail(em: EntityManager, user: number, now: Date): Promise<void> {
  const day = Math.floor(now.getTime() / DAY_MS);
  await em.execute(
    'update away set mails = case when mail_day = ? then mails + 1 else 1 end, mail_day = ? where user_id = ?',
    [day, day, user],
    'run',
  );
}

/**
 * Notes that sending has failed. It is tried again after a pause: with all that is due by then, or, if it may have arrived,
 * with the same messages under the same Message-ID.
 */
export async function release(
  em: EntityManager,
  { user, until }: Claim,
  { now, failure, mayHaveArrived }: { now: Date; failure: string; mayHaveArrived: boolean },
): Promise<void> {
  await em.transactional(async (em) => {
    if (!mayHaveArrived)
      await em.execute(
        `update due set trying_until = null where user_id = ? and exists (select 1 from telling ${HELD})`,
        [user, user, until],
        'run',
      );
    const [row] = await em.execute<{ tries: number }[]>(
      `update telling set tries = tries + 1, failure = ?${mayHaveArrived ? '' : ', message_id = null, way = null'} ${HELD} returning tries`,
      [failure.slice(0, LONGEST_FAILURE), user, until],
    );
    if (!row) return; // another process has taken over
    const pause = Math.min(PAUSE_MS * 2 ** Math.min(row.tries - 1, 20), LONGEST_PAUSE_MS);
    await em.execute(
      'update telling set look_at = ? where user_id = ?',
      [now.getTime() + pause, user],
      'run',
    );
  });
}

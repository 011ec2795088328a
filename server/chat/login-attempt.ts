import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { fold } from '../text/characters.ts';
import { sha256 } from '../text/hash.ts';
import { siteOf } from '../text/network.ts';
import { deleteInSlices } from './clearing.ts';
import { RateLimited } from './errors.ts';
import { WRONG_PASSWORDS } from './rate-limit.ts';

export const LoginAttemptSchema = defineEntity({
  name: 'Attempt',
  tableName: 'attempt',
  properties: {
    id: p.integer().primary().autoincrement(),
    /** A hash of the name and the address: fixed length, and it reveals neither. */
    bucket: p.string().index(),
    at: p.datetime(3).index(),
  },
});

/** An attempt with a password. Kept in the database, so that a restart does not reset the limit. */
export class LoginAttempt extends LoginAttemptSchema.class {}
LoginAttemptSchema.setClass(LoginAttempt);

/** A bucket, and the number of attempts that it allows in `WINDOW_MS`. */
export interface AttemptBucket {
  bucket: string;
  limit: number;
}

const { withinMs: WINDOW_MS, forNameFromAddress, fromAddress, fromSite } = WRONG_PASSWORDS;

/** Attempts further in the future were recorded by a clock that was set back since. They do not count. */
const SKEW_MS = 60_000;

/**
 * The buckets for a wrong password: one for the name from this address, one for the address, and one for the
 * /48 of an IPv6 address. The name counts as it was typed, folded, whether or not there is such an account: if
 * it counted for the account, the limit would tell which names and emails belong to one.
 */
export function attemptBuckets(login: string, address: string): AttemptBucket[] {
  const site = siteOf(address);
  return [
    { bucket: sha256(`log-in ${address} ${fold(login.trim())}`), limit: forNameFromAddress },
    { bucket: sha256(`log-in ${address}`), limit: fromAddress },
    ...(site ? [{ bucket: sha256(`log-in ${site}`), limit: fromSite }] : []),
  ];
}

/**
 * Counts an attempt before the password is checked, so that many at once cannot pass the limit. A refused
 * attempt does not count: a user who waits as long as the refusal says can log in. It costs a read, and
 * writes nothing.
 * @returns the ids of what was recorded, for `takeBackAttempt`
 * @throws RateLimited with the time to wait if a bucket is full
 */
export async function recordAttempt(
  em: EntityManager,
  buckets: AttemptBucket[],
  now: Date,
): Promise<number[]> {
  if (buckets.length === 0) return [];
  await refuseIfFull(em, buckets, now); // without the write lock: a client that guesses keeps nobody waiting
  const ids = await insertUnlessFull(em, buckets, now);
  if (ids.length === 0) {
    await refuseIfFull(em, buckets, now);
    throw tooManyWrong(WINDOW_MS); // an attempt that filled it was taken back meanwhile
  }
  // On PostgreSQL, statements at the same time do not see each other's rows: of too many, the later ids give way.
  await refuseIfFull(em, buckets, now, Math.min(...ids)).catch(async (error: unknown) => {
    await takeBackAttempt(em, ids);
    throw error;
  });
  return ids;
}

/** Finds the attempt by which a bucket is full: the oldest of as many as the limit allows. Values: bucket, from, until, first id that does not count, limit - 1. */
const FILLING =
  'select at from attempt where bucket = ? and at > cast(? as timestamptz) and at < cast(? as timestamptz) and id < ? order by id desc limit 1 offset ?';
const LAST_ID = 2 ** 31 - 1;

const fillingValues = ({ bucket, limit }: AttemptBucket, now: Date, before = LAST_ID) => [
  bucket,
  new Date(now.getTime() - WINDOW_MS),
  new Date(now.getTime() + SKEW_MS),
  before,
  limit - 1,
];

/** @param before the first id that does not count @throws RateLimited if a bucket is full */
async function refuseIfFull(
  em: EntityManager,
  buckets: AttemptBucket[],
  now: Date,
  before = LAST_ID,
): Promise<void> {
  for (const bucket of buckets) {
    const [filling] = await em.execute<{ at: Date | number | string }[]>(
      FILLING,
      fillingValues(bucket, now, before),
    );
    if (filling) throw tooManyWrong(new Date(filling.at).getTime() + WINDOW_MS - now.getTime());
  }
}

const tooManyWrong = (waitMs: number): RateLimited => new RateLimited('wrong passwords', waitMs);

/** Inserts a row into each bucket, by one statement; none if one of them is full. Returns their ids. */
async function insertUnlessFull(em: EntityManager, buckets: AttemptBucket[], now: Date): Promise<number[]> {
  const rows = buckets.map(() => '(cast(? as text), cast(? as timestamptz))').join(', ');
  const room = buckets.map(() => `not exists (${FILLING})`).join(' and ');
  const inserted = await em.execute<{ id: number }[]>(
    `with tried (bucket, at) as (values ${rows}) insert into attempt (bucket, at) select bucket, at from tried where ${room} returning id`,
    [
      ...buckets.flatMap(({ bucket }) => [bucket, now]),
      ...buckets.flatMap((bucket) => fillingValues(bucket, now)),
    ],
  );
  return inserted.map(({ id }) => id);
}

/** Deletes an attempt, because the password was right, or was not checked. By its ids: others may have been recorded since. */
export async function takeBackAttempt(em: EntityManager, ids: number[]): Promise<void> {
  if (ids.length > 0) await em.nativeDelete(LoginAttempt, { id: { $in: ids } });
}

/** Deletes attempts that no longer count. */
export async function deleteOldAttempts(em: EntityManager, now: Date): Promise<void> {
  await deleteInSlices(em, LoginAttempt, { at: { $lte: new Date(now.getTime() - WINDOW_MS) } }, 'id');
}

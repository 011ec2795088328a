import { createHash } from 'node:crypto';
import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sqlite';
import { Limited } from './errors.ts';

export const AttemptSchema = defineEntity({
  name: 'Attempt',
  tableName: 'attempt',
  properties: {
    /** A hash of what is counted, of whom, from where: as long as any, and telling nobody. */
    bucket: p.string().primary(),
    count: p.integer(),
    /** When counting begins anew, in milliseconds since 1970. */
    resetAt: p.bigint('number'),
  },
});

/** How often something was tried lately. In the database, so that a restart forgives nothing. */
export class Attempt extends AttemptSchema.class {}
AttemptSchema.setClass(Attempt);

/** A bucket and how many attempts it holds. */
export interface Allowance {
  bucket: string;
  limit: number;
}

const WINDOW_MS = 600_000;

/** What a log-in draws on: ten for one account from one address, a hundred from one address. */
export function logInAllowances(account: string, address: string): Allowance[] {
  return [
    { bucket: hash(`log-in ${address} ${account}`), limit: 10 },
    { bucket: hash(`log-in ${address}`), limit: 100 },
  ];
}

/**
 * Counts one attempt before it is made, so that many at once cannot slip by.
 * @throws Limited where an allowance is used up
 */
export async function attempt(em: EntityManager, allowances: Allowance[], now: Date): Promise<void> {
  const time = now.getTime();
  for (const { bucket, limit } of allowances) {
    const [row] = await em.execute<{ count: number; reset_at: number | string }[]>(
      `insert into attempt (bucket, count, reset_at) values (?, 1, ?)
       on conflict (bucket) do update set
         count = case when attempt.reset_at <= ? then 1 else attempt.count + 1 end,
         reset_at = case when attempt.reset_at <= ? then excluded.reset_at else attempt.reset_at end
       returning count, reset_at`,
      [bucket, time + WINDOW_MS, time, time],
    );
    if (row && row.count > limit) throw tooMany(Math.ceil((Number(row.reset_at) - time) / 1000));
  }
}

/** Takes an attempt back that turned out to be none, such as a log-in with the right password. */
export async function forgive(em: EntityManager, allowances: Allowance[]): Promise<void> {
  for (const { bucket } of allowances) {
    await em.execute('update attempt set count = count - 1 where bucket = ? and count > 0', [bucket]);
  }
}

/** Forgets what no longer counts. */
export async function forgetAttempts(em: EntityManager, now: Date): Promise<void> {
  await em.nativeDelete(Attempt, { resetAt: { $lte: now.getTime() } });
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

function tooMany(seconds: number): Limited {
  const minutes = Math.ceil(seconds / 60);
  return new Limited(`Too many attempts to log in. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`, seconds);
}

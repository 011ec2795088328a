import { createHash } from 'node:crypto';
import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { Limited } from './errors.ts';
import { WRONG_PASSWORDS } from './limit.ts';

export const AttemptSchema = defineEntity({
  name: 'Attempt',
  tableName: 'attempt',
  properties: {
    id: p.integer().primary().autoincrement(),
    /** A hash of what was tried, by whom, from where: as long as any, and telling nobody. */
    bucket: p.string().index(),
    at: p.datetime(3),
  },
});

/** That a password was tried, which may be done so often. In the database, so that a restart forgives nothing. */
export class Attempt extends AttemptSchema.class {}
AttemptSchema.setClass(Attempt);

/** A bucket and how many attempts it holds. */
export interface Trials {
  bucket: string;
  limit: number;
}

const { withinMs: WINDOW_MS, forAccountFromAddress, fromAddress } = WRONG_PASSWORDS;

/** What lies further ahead was counted by a clock that was set back since, and counts no more. */
const SKEW_MS = 60_000;

/** What a wrong password is counted on: the account from this address, and the address. */
export function passwordTrials(account: string, address: string): Trials[] {
  return [
    { bucket: hash(`log-in ${address} ${account}`), limit: forAccountFromAddress },
    { bucket: hash(`log-in ${address}`), limit: fromAddress },
  ];
}

/**
 * Counts one attempt before it is made, so that many at once cannot slip by. One that is refused is
 * not counted: whoever waits as long as they are told to gets in.
 * @throws Limited with the time to wait where a bucket is full
 */
export async function attempt(em: EntityManager, trials: Trials[], now: Date): Promise<void> {
  for (const [index, { bucket, limit }] of trials.entries()) {
    const id = await em.insert(Attempt, { bucket, at: now });
    const earlier = await em.find(
      Attempt,
      {
        bucket,
        id: { $lt: id },
        at: { $gt: new Date(now.getTime() - WINDOW_MS), $lt: new Date(now.getTime() + SKEW_MS) },
      },
      { orderBy: { id: 'asc' } },
    );
    if (earlier.length < limit) continue;
    await forgive(em, trials.slice(0, index + 1));
    throw new Limited('wrong passwords', earlier.at(-limit)!.at.getTime() + WINDOW_MS - now.getTime());
  }
}

/** Takes the latest attempt back, because it was none: a log-in with the right password. */
export async function forgive(em: EntityManager, trials: Trials[]): Promise<void> {
  for (const { bucket } of trials) {
    const latest = await em.findOne(Attempt, { bucket }, { orderBy: { id: 'desc' } });
    if (latest) await em.nativeDelete(Attempt, { id: latest.id });
  }
}

/** Forgets what no longer counts. */
export async function forgetAttempts(em: EntityManager, now: Date): Promise<void> {
  await em.nativeDelete(Attempt, { at: { $lte: new Date(now.getTime() - WINDOW_MS) } });
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

import { createHash } from 'node:crypto';
import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { Limited } from './errors.ts';

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

/** That something was tried which may be tried so often. In the database, so that a restart forgives nothing. */
export class Attempt extends AttemptSchema.class {}
AttemptSchema.setClass(Attempt);

/** A bucket and how many attempts it holds. */
export interface Allowance {
  bucket: string;
  limit: number;
  /** What there were too many of, in words. */
  what: string;
}

const WINDOW_MS = 600_000;
const LOG_INS = 'wrong passwords';
const MAILS = 'mails were asked for';

/** What a log-in draws on: ten for one account from one address, a hundred from one address. */
export function logInAllowances(account: string, address: string): Allowance[] {
  return [
    { bucket: hash(`log-in ${address} ${account}`), limit: 10, what: LOG_INS },
    { bucket: hash(`log-in ${address}`), limit: 100, what: LOG_INS },
  ];
}

/** What asking for a mail with a link draws on: three for one account, so that nobody's mailbox is filled, and ten from one address. */
export function mailAllowances(account: string, address: string): Allowance[] {
  return [
    { bucket: hash(`mail ${account}`), limit: 3, what: MAILS },
    { bucket: hash(`mail from ${address}`), limit: 10, what: MAILS },
  ];
}

/** What a search for a person draws on: sixty for one who searches. */
export function searchAllowances(userId: number): Allowance[] {
  return [{ bucket: hash(`search ${userId}`), limit: 60, what: 'searches' }];
}

/**
 * Counts one attempt before it is made, so that many at once cannot slip by. One that is refused is
 * not counted: whoever waits as long as they are told to gets in.
 * @throws Limited where an allowance is used up
 */
export async function attempt(em: EntityManager, allowances: Allowance[], now: Date): Promise<void> {
  for (const [index, { bucket, limit, what }] of allowances.entries()) {
    const id = await em.insert(Attempt, { bucket, at: now });
    const earlier = await em.find(Attempt, { bucket, id: { $lt: id }, at: { $gt: new Date(now.getTime() - WINDOW_MS) } }, { orderBy: { id: 'asc' } });
    if (earlier.length < limit) continue;
    await forgive(em, allowances.slice(0, index + 1));
    throw tooMany(what, Math.ceil((earlier.at(-limit)!.at.getTime() + WINDOW_MS - now.getTime()) / 1000));
  }
}

/** Takes the latest attempt back, because it was none: a log-in with the right password. */
export async function forgive(em: EntityManager, allowances: Allowance[]): Promise<void> {
  for (const { bucket } of allowances) {
    const latest = await em.findOne(Attempt, { bucket }, { orderBy: { id: 'desc' } });
    if (latest) await em.nativeDelete(Attempt, { id: latest.id });
  }
}

/** Forgets what no longer counts. */
export async function forgetAttempts(em: EntityManager, now: Date): Promise<void> {
  await em.nativeDelete(Attempt, { at: { $lte: new Date(now.getTime() - WINDOW_MS) } });
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

function tooMany(what: string, seconds: number): Limited {
  const minutes = Math.ceil(seconds / 60);
  return new Limited(`Too many ${what}. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`, seconds);
}

import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { deleteInSlices } from './clearing.ts';

const BUCKETS_PER_STATEMENT = 200;

export const TokenBucketSchema = defineEntity({
  name: 'Allowance',
  tableName: 'allowance',
  properties: {
    /** SHA-256 of the action and the user or address: fixed length, and it reveals neither. */
    bucket: p.string().primary(),
    /** When the bucket will be full again, in milliseconds since 1970. */
    wholeAt: p.bigint('number').index(),
  },
});

/** The state of a rate limit. Kept in the database, so that processes share it and a restart does not reset it. */
export class TokenBucket extends TokenBucketSchema.class {}
TokenBucketSchema.setClass(TokenBucket);

export interface Consumption {
  bucket: string;
  /** When the first token was taken, in milliseconds since 1970. */
  since: number;
  /** The tokens taken, in milliseconds of refill; negative if tokens were given back. */
  ms: number;
}

/** Returns when each bucket will be full, as far as the database knows; 0 for one that it does not have. */
export async function wholeAt(em: EntityManager, buckets: string[]): Promise<Map<string, number>> {
  const times = new Map(buckets.map((bucket) => [bucket, 0]));
  for (const part of inParts(buckets)) {
    const rows = await em.execute<{ bucket: string; whole_at: number | string }[]>(
      `select bucket, whole_at from allowance where bucket in (${part.map(() => '?').join(', ')})`,
      part,
    );
    for (const { bucket, whole_at } of rows) times.set(bucket, Number(whole_at));
  }
  return times;
}

/**
 * Adds consumption to the buckets, at most once each. Returns when each bucket will be full, including what
 * other processes took. Locks the rows in the order of the buckets, so that there is no deadlock. Runs inside
 * a transaction.
 */
export async function saveConsumption(
  em: EntityManager,
  consumption: Consumption[],
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const part of inParts(consumption.toSorted((a, b) => (a.bucket < b.bucket ? -1 : 1)))) {
    const rows = await em.execute<{ bucket: string; whole_at: number | string }[]>(
      `with drawn (bucket, since, ms) as (values ${part.map(() => '(cast(? as text), cast(? as bigint), cast(? as bigint))').join(', ')})
      insert into allowance (bucket, whole_at) select bucket, since + ms from drawn where true
      on conflict (bucket) do update set whole_at = (
        select case when allowance.whole_at > since then allowance.whole_at else since end + ms from drawn where drawn.bucket = excluded.bucket)
      returning bucket, whole_at`,
      part.flatMap(({ bucket, since, ms }) => [bucket, since, ms]),
    );
    for (const row of rows) times.set(row.bucket, Number(row.whole_at));
  }
  return times;
}

function* inParts<T>(all: T[]): Generator<T[]> {
  for (let from = 0; from < all.length; from += BUCKETS_PER_STATEMENT)
    yield all.slice(from, from + BUCKETS_PER_STATEMENT);
}

/** A bucket without a row is full. */
export async function deleteFullBuckets(em: EntityManager, now: Date): Promise<void> {
  await deleteInSlices(em, TokenBucket, { wholeAt: { $lte: now.getTime() } }, 'bucket');
}

import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';

/** So many buckets are asked for or written down by one statement. */
const AT_ONCE = 200;

export const AllowanceSchema = defineEntity({
  name: 'Allowance',
  tableName: 'allowance',
  properties: {
    /** A hash of what is drawn on, by which person or from which address: as long as any, and telling nobody. */
    bucket: p.string().primary(),
    /** When all that was drawn will have come back, in milliseconds since 1970. */
    wholeAt: p.bigint('number'),
  },
});

/** How much of a limit somebody has used: in the database, so that processes share it and a restart forgives nothing. */
export class Allowance extends AllowanceSchema.class {}
AllowanceSchema.setClass(Allowance);

/** What was drawn of a bucket since a moment, in milliseconds, or forgiven where less than 0. */
export interface Drawn {
  bucket: string;
  since: number;
  ms: number;
}

/** When each of the buckets is whole, as far as it is written down; 0 where nothing is. */
export async function wholeAt(em: EntityManager, buckets: string[]): Promise<Map<string, number>> {
  const found = new Map(buckets.map((bucket) => [bucket, 0]));
  for (const some of inParts(buckets)) {
    for (const { bucket, wholeAt } of await em.find(Allowance, { bucket: { $in: some } }, { refresh: true }))
      found.set(bucket, wholeAt);
  }
  return found;
}

/**
 * Writes down what was drawn, of each bucket once; returns when each is whole, with what other
 * processes drew. Rows are locked in the order of their buckets, so that no two wait for each other.
 * Runs inside a transaction.
 */
export async function writeDrawn(em: EntityManager, drawn: Drawn[]): Promise<Map<string, number>> {
  const whole = new Map<string, number>();
  for (const some of inParts(drawn.toSorted((a, b) => (a.bucket < b.bucket ? -1 : 1)))) {
    const rows = await em.execute<{ bucket: string; whole_at: number | string }[]>(
      `with drawn (bucket, since, ms) as (values ${some.map(() => '(cast(? as text), cast(? as bigint), cast(? as bigint))').join(', ')})
      insert into allowance (bucket, whole_at) select bucket, since + ms from drawn where true
      on conflict (bucket) do update set whole_at = (
        select case when allowance.whole_at > since then allowance.whole_at else since end + ms from drawn where drawn.bucket = excluded.bucket)
      returning bucket, whole_at`,
      some.flatMap(({ bucket, since, ms }) => [bucket, since, ms]),
    );
    for (const row of rows) whole.set(row.bucket, Number(row.whole_at));
  }
  return whole;
}

function* inParts<T>(all: T[]): Generator<T[]> {
  for (let from = 0; from < all.length; from += AT_ONCE) yield all.slice(from, from + AT_ONCE);
}

/** Forgets what has all come back. */
export async function forgetAllowances(em: EntityManager, now: Date): Promise<void> {
  await em.nativeDelete(Allowance, { wholeAt: { $lte: now.getTime() } });
}

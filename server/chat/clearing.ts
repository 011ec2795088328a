import { defineEntity, type EntityManager, type EntityName, type FilterQuery, p } from '@mikro-orm/core';
import { setTimeout as pause } from 'node:timers/promises';

export const ClearingSchema = defineEntity({
  name: 'Clearing',
  tableName: 'clearing',
  properties: {
    /** What is cleared: always `rows`. */
    name: p.string().primary(),
    until: p.datetime(3),
  },
});

/** Up to which time rows that have had their time were deleted: one row. */
export class Clearing extends ClearingSchema.class {}
ClearingSchema.setClass(Clearing);

const NAME = 'rows';
/** Clearing runs once an hour. It catches up by one hour each time, after the server was stopped for long. */
const MOST_PROGRESS_MS = 2 * 3_600_000;

/**
 * Returns the time at which to judge what is too old. It follows the clock, but by two hours each time at
 * most: a clock that is set a month ahead for an hour makes nobody's session too old.
 */
export async function clearingTime(em: EntityManager, now: Date): Promise<Date> {
  const last = await em.findOne(Clearing, { name: NAME }, { refresh: true, disableIdentityMap: true });
  if (!last) {
    await em.upsert(Clearing, { name: NAME, until: now });
    return now;
  }
  const until = new Date(Math.min(now.getTime(), last.until.getTime() + MOST_PROGRESS_MS));
  await em.nativeUpdate(Clearing, { name: NAME }, { until });
  return until;
}

/** Rows in one transaction, and the pause until the next: a user who writes meanwhile waits for no more than these. */
const SLICE = 500;
const PAUSE_MS = 10;

/** Deletes rows, a slice at a time. @param key the name of the primary key. @returns how many there were */
export async function deleteInSlices<T extends object>(
  em: EntityManager,
  entity: EntityName<T>,
  where: FilterQuery<NoInfer<T>>,
  key: keyof T & string,
): Promise<number> {
  for (let count = 0; ; await pause(PAUSE_MS)) {
    const rows = await em.find(entity, where, { limit: SLICE, disableIdentityMap: true });
    const keys = { [key]: { $in: rows.map((row) => row[key]) } } as FilterQuery<NoInfer<T>>;
    if (rows.length > 0)
      count += await em.nativeDelete(entity, { $and: [where, keys] } as FilterQuery<NoInfer<T>>); // some may have changed since
    if (rows.length < SLICE) return count;
  }
}

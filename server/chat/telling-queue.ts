import { type Reader, rowOf } from './reader.ts';

/** What waits to be told, for operators. */
export interface TellingQueue {
  /** Users for whom something is due, now or later. */
  users: number;
  /** Of those, whose last try has failed. */
  failing: number;
  /** When the oldest message was written that could not be told in time, in milliseconds since 1970; 0 if there is none. */
  oldest: number;
  /** Why a try failed last, of the one who waits longest. */
  failure: string | undefined;
}

const COUNTS = `
  select count(*) as users, sum(case when t.tries > 0 then 1 else 0 end) as failing,
    min(case when t.tries > 0 then (select min(d.since) from due d where d.user_id = t.user_id) end) as oldest
  from telling t`;
const FAILURE = 'select failure from telling where tries > 0 order by look_at limit 1';

/** What waits to be told: no names, and no addresses. */
export async function tellingQueue(reader: Reader): Promise<TellingQueue> {
  type Row = Record<'users' | 'failing' | 'oldest', number | string | null>;
  const row = await rowOf<Row>(reader, COUNTS);
  const failed = await rowOf<{ failure: string | null }>(reader, FAILURE);
  return {
    users: Number(row?.users ?? 0),
    failing: Number(row?.failing ?? 0),
    oldest: Number(row?.oldest ?? 0),
    failure: failed?.failure ?? undefined,
  };
}

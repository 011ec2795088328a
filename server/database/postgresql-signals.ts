import { createHash } from 'node:crypto';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';

/** Where what has changed is told of, to every process that listens. */
export const CHANNEL = 'plainchat';

/** What a change of a row says: `user 7`, `room 12`, or `names`, by a column of the row. */
interface Telling {
  table: string;
  after: 'insert' | 'update' | 'delete';
  /** Of an update only where one of these has changed; all where none is given. */
  of?: string[];
  kind: 'user' | 'room' | 'names';
  by?: string;
}

/**
 * The tables tell themselves, within the transaction that changes them: no act can forget to, and
 * nothing is told that is not committed. Of what is written in batches, what polls do not build on
 * is left out: how long a presence lasts, and how far somebody has read.
 */
const TELLINGS: Telling[] = [
  { table: 'session', after: 'update', kind: 'user', by: 'user_id' },
  { table: 'session', after: 'delete', kind: 'user', by: 'user_id' },
  { table: 'presence', after: 'insert', kind: 'user', by: 'user_id' },
  { table: 'presence', after: 'update', of: ['room_id', 'lease', 'closing'], kind: 'user', by: 'user_id' },
  { table: 'presence', after: 'delete', kind: 'user', by: 'user_id' },
  { table: 'membership', after: 'insert', kind: 'user', by: 'user_id' },
  { table: 'membership', after: 'delete', kind: 'user', by: 'user_id' },
  { table: 'block', after: 'insert', kind: 'user', by: 'user_id' },
  { table: 'block', after: 'delete', kind: 'user', by: 'user_id' },
  { table: 'room', after: 'update', of: ['name', 'last_seq'], kind: 'room', by: 'id' },
  { table: 'room', after: 'delete', kind: 'room', by: 'id' },
  { table: 'attachment', after: 'update', kind: 'room', by: 'room_id' },
  { table: 'user', after: 'update', of: ['username'], kind: 'names' },
];

/** A function and a trigger for each. PostgreSQL tells each of a transaction once, however often it was said. */
const STATEMENTS = TELLINGS.flatMap(({ table, after, of, kind, by }) => {
  const name = `tell_${table}_${after}`;
  const row = after === 'delete' ? 'old' : 'new';
  const changed = of
    ? of.map((column) => `old."${column}" is distinct from new."${column}"`).join(' or ')
    : 'old.* is distinct from new.*';
  return [
    `create or replace function ${name}() returns trigger language plpgsql as $$ begin perform pg_notify('${CHANNEL}', '${kind}'${by ? ` || ' ' || ${row}."${by}"` : ''}); return null; end $$`,
    `create or replace trigger ${name} after ${after} on "${table}" for each row ${after === 'update' ? `when (${changed}) ` : ''}execute function ${name}()`,
  ];
});

/** What is written at the last function, for the next start to see that all is there. */
const MARK = createHash('sha256').update(STATEMENTS.join()).digest('base64url');

/** Has the tables tell of their changes, as this version wants it. Runs inside a transaction. */
export async function installSignals(em: EntityManager): Promise<void> {
  const [found] = await em.execute<{ mark: string | null }[]>(
    `select obj_description(to_regproc('tell_user_update'), 'pg_proc') as mark`,
  );
  if (found?.mark === MARK) return; // it takes locks on whole tables, which others may be busy with
  for (const statement of STATEMENTS) await em.execute(statement);
  await em.execute(`comment on function tell_user_update() is '${MARK}'`);
}

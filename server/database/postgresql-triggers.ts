import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { createHash } from 'node:crypto';

/** The channel on which triggers notify all processes of changes. */
export const CHANNEL = 'plainchat';

/** A trigger that notifies of a changed row: `user 7`, `room 12` or `names`. */
interface Trigger {
  table: string;
  /** The end of its name, if a table has two after the same event. */
  name?: string;
  after: 'insert' | 'update' | 'delete';
  /** The columns whose update is notified; by default all. */
  of?: string[];
  kind: 'user' | 'room' | 'names';
  /** The column with the id of the user or room. */
  by?: string;
  /** The SQL of that id, if no column has it. */
  id?: string;
  /** What else has to be true of an updated row. */
  when?: string;
}

/**
 * Triggers run in the transaction that changes a row: no code can forget to notify, and only commits are
 * notified. They leave out what is saved in batches and what polls do not need: the end of a lease, and
 * the read marker.
 */
const TRIGGERS: Trigger[] = [
  { table: 'session', after: 'update', kind: 'user', by: 'user_id' },
  { table: 'session', after: 'delete', kind: 'user', by: 'user_id' },
  { table: 'presence', after: 'insert', kind: 'user', by: 'user_id' },
  { table: 'presence', after: 'update', of: ['room_id', 'lease', 'closing'], kind: 'user', by: 'user_id' },
  { table: 'presence', after: 'delete', kind: 'user', by: 'user_id' },
  // A conversation has no notice of it, so its log does not tell who is in it.
  { table: 'presence', name: 'begun', after: 'insert', kind: 'room', by: 'room_id' },
  { table: 'presence', name: 'ended', after: 'delete', kind: 'room', by: 'room_id' },
  { table: 'membership', after: 'insert', kind: 'user', by: 'user_id' },
  {
    table: 'membership',
    after: 'update',
    of: ['role', 'announcements', 'draft'],
    kind: 'user',
    by: 'user_id',
  },
  { table: 'membership', after: 'delete', kind: 'user', by: 'user_id' },
  { table: 'away', after: 'update', of: ['browser'], kind: 'user', by: 'user_id' },
  { table: 'block', after: 'insert', kind: 'user', by: 'user_id' },
  { table: 'block', after: 'delete', kind: 'user', by: 'user_id' },
  { table: 'room', after: 'update', of: ['name', 'last_seq'], kind: 'room', by: 'id' },
  // What waits for a user, as the header of pages shows it: mentions, and messages in conversations.
  { table: 'mention', after: 'insert', kind: 'user', by: 'user_id' },
  ...(['low', 'high'] as const).map((name, index): Trigger => ({
    table: 'room',
    name,
    after: 'update',
    of: ['last_seq'],
    kind: 'user',
    id: `split_part(new.pair, ' ', ${index + 1})`,
    when: 'new.pair is not null',
  })),
  { table: 'room', after: 'delete', kind: 'room', by: 'id' },
  { table: 'attachment', after: 'update', kind: 'room', by: 'room_id' },
  { table: 'user', after: 'update', of: ['username', 'away'], kind: 'names' },
  { table: 'user', name: 'viewer', after: 'update', kind: 'user', by: 'id' },
];

/** A function and a trigger for each. Within a transaction, PostgreSQL sends equal notifications once. */
const STATEMENTS = TRIGGERS.flatMap(({ table, name: ending, after, of, kind, by, id, when }) => {
  const name = `tell_${table}_${ending ?? after}`;
  const row = after === 'delete' ? 'old' : 'new';
  const value = id ?? (by && `${row}."${by}"`);
  const columns = of
    ? of.map((column) => `old."${column}" is distinct from new."${column}"`).join(' or ')
    : 'old.* is distinct from new.*';
  const changed = when ? `(${columns}) and ${when}` : columns;
  return [
    `create or replace function ${name}() returns trigger language plpgsql as $$ begin perform pg_notify('${CHANNEL}', '${kind}'${value ? ` || ' ' || ${value}` : ''}); return null; end $$`,
    `create or replace trigger ${name} after ${after} on "${table}" for each row ${after === 'update' ? `when (${changed}) ` : ''}execute function ${name}()`,
  ];
});

/** Kept as the comment of a function, so that the next start sees that all triggers are up to date. */
const CHECKSUM = createHash('sha256').update(STATEMENTS.join()).digest('base64url');

/** Whether the triggers are there, as this version wants them. */
export async function areTriggersInstalled(em: EntityManager): Promise<boolean> {
  const [found] = await em.execute<{ mark: string | null }[]>(
    `select obj_description(to_regproc('tell_user_update'), 'pg_proc') as mark`,
  );
  return found?.mark === CHECKSUM;
}

/** Creates or updates the triggers. Runs inside a transaction. */
export async function installTriggers(em: EntityManager): Promise<void> {
  if (await areTriggersInstalled(em)) return; // creating triggers locks whole tables, which other processes may be using
  for (const statement of STATEMENTS) await em.execute(statement);
  await em.execute(`comment on function tell_user_update() is '${CHECKSUM}'`);
}

import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { deleteInSlices } from './clearing.ts';
import { type Reader, rowOf } from './reader.ts';
import { User } from './user.ts';

/** What operators and commands do to what belongs to others, or to all of the data. */
export type ActName =
  | 'account suspended'
  | 'suspension lifted'
  | 'sessions ended'
  | 'reset link made'
  | 'operator made'
  | 'operator ended'
  | 'room deleted'
  | 'report dismissed'
  | 'backup made'
  | 'backup restored'
  | 'room imported'
  | 'data moved';

export const ActSchema = defineEntity({
  name: 'Act',
  tableName: 'act',
  properties: {
    id: p.integer().primary().autoincrement(),
    at: p.datetime(3),
    name: p.string().$type<ActName>(),
    /** The operator; null for a command. */
    by: () => p.manyToOne(User).nullable().deleteRule('set null').index(false),
    user: () => p.manyToOne(User).nullable().deleteRule('set null').index(false),
    /** Not a foreign key, because the room may be deleted. */
    roomId: p.integer().nullable(),
    /** Whether a server has written it to its log. */
    logged: p.boolean().default(false),
  },
  indexes: [{ properties: ['logged', 'id'] }, { properties: ['name', 'at'] }, { properties: ['at'] }],
});

/** What an operator or a command did. Kept for a year, and written to the log of a server. */
export class Act extends ActSchema.class {}
ActSchema.setClass(Act);

const KEPT_MS = 365 * 86_400_000;
/** Acts that a server writes to its log at a time. */
const MOST_LOGGED = 100;

/** Records an act, in the transaction that does it. */
export async function recordAct(
  em: EntityManager,
  name: ActName,
  { at, by, user, room }: { at: Date; by?: number; user?: number; room?: number },
): Promise<void> {
  await em.insert(Act, {
    at,
    name,
    ...(by !== undefined && { by }),
    ...(user !== undefined && { user }),
    ...(room !== undefined && { roomId: room }),
  });
}

/** Calls `write` for each act that no log has yet, once over all servers. */
export async function logActs(
  em: EntityManager,
  reader: Reader,
  write: (act: { act: ActName; at: Date; by: number | 'command'; user?: number; room?: number }) => void,
): Promise<void> {
  const any = await rowOf(reader, 'select id from act where logged = false limit 1');
  if (!any) return;
  const acts = await em.find(Act, { logged: false }, { orderBy: { id: 'asc' }, limit: MOST_LOGGED });
  for (const { id, at, name, by, user, roomId } of acts) {
    if (!(await em.nativeUpdate(Act, { id, logged: false }, { logged: true }))) continue; // another server was first
    write({
      act: name,
      at,
      by: by?.id ?? 'command',
      ...(user && { user: user.id }),
      ...(roomId !== null && roomId !== undefined && { room: roomId }),
    });
  }
}

export async function deleteOldActs(em: EntityManager, now: Date): Promise<void> {
  await deleteInSlices(em, Act, { at: { $lte: new Date(now.getTime() - KEPT_MS) } }, 'id');
}

/** When this was last done. */
export async function latestAct(em: EntityManager, name: ActName): Promise<Date | undefined> {
  const [act] = await em.find(Act, { name }, { orderBy: { at: 'desc' }, limit: 1, disableIdentityMap: true });
  return act?.at;
}

/** An act as operators see it. */
export interface ShownAct {
  at: Date;
  name: ActName;
  /** Null for a command. */
  by: string | null;
  user: string | null;
  room: number | null;
}

const LATEST = `
  select a.at, a.name, o.username as by, u.username as "user", a.room_id as room
  from act a left join "user" o on o.id = a.by_id left join "user" u on u.id = a.user_id
  order by a.id desc limit 20`;

export async function latestActs(reader: Reader): Promise<ShownAct[]> {
  const acts = await reader.rows<ShownAct>(LATEST);
  return acts.map((act) => ({ ...act, at: new Date(reader.time(act.at)) }));
}

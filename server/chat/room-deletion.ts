import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { setTimeout as pause } from 'node:timers/promises';
import { Ban } from './ban.ts';
import { Membership } from './membership.ts';
import { Presence } from './presence.ts';
import { lockRooms, Room } from './room.ts';

/** Entries that are deleted in one transaction: a post meanwhile waits for no more than these. */
const SLICE = 500;
/** Between two of them. */
const PAUSE_MS = 10;
/** The chore gives way to the others after this long, and goes on when it is its turn again. */
const LONGEST_MS = 1000;
/** Rooms that the chore looks up at a time. */
const ROOMS_AT_ONCE = 20;
/** An import that has taken longer than this was killed. */
const LONGEST_IMPORT_MS = 86_400_000;

/** For each user in the room, so that they learn why they are not in it any more. */
const DEPARTURES = `
  insert into departure (user_id, room_id, room_name, why, told)
  select user_id, room_id, cast(? as text), 'deleted', false from presence where room_id = ?
  on conflict (user_id) do update
  set room_id = excluded.room_id, room_name = excluded.room_name, why = excluded.why, told = excluded.told`;

/**
 * Takes a room out of everybody's sight at once: it has no member any more, and nobody may enter it. Its
 * log is deleted afterwards, in slices. Runs inside a transaction that holds the room's lock.
 */
export async function hideRoom(em: EntityManager, { id, name }: Room): Promise<void> {
  await em.execute(DEPARTURES, [name, id]);
  for (const entity of [Presence, Membership, Ban])
    await em.nativeDelete<{ room: Room }>(entity, { room: id });
  for (const table of ['pin', 'invitation', 'away_room', 'news', 'due'])
    await em.execute(`delete from ${table} where room_id = ?`, [id], 'run');
  await em.nativeUpdate(Room, { id }, { access: 'deleted', pair: null });
}

/**
 * Deletes the last entries of a hidden room, and the room itself with the first of them. Each slice is a
 * transaction of its own, which leaves a log that is sound and only shorter.
 * @returns the names of the files that no message has any more, and whether the room is gone
 */
export async function deleteSlice(
  em: EntityManager,
  id: number,
): Promise<{ files: string[]; isGone: boolean }> {
  return em.transactional(async (em) => {
    await lockRooms(em, id);
    const room = await em.findOne(Room, { id, access: 'deleted' }, { refresh: true });
    if (!room) return { files: [], isGone: true };
    const after = Math.max(room.lastSeq - SLICE, 0);
    const files = await em.execute<{ name: string }[]>(
      'delete from attachment where room_id = ? and seq > ? returning name',
      [id, after],
    );
    for (const table of ['mention', 'entry'])
      await em.execute(`delete from ${table} where room_id = ? and seq > ?`, [id, after], 'run');
    if (after === 0) await em.nativeDelete(Room, { id });
    else
      await em.execute(
        'update room set last_seq = ?, messages = (select e.messages from entry e where e.room_id = room.id and e.seq = ?) where id = ?',
        [after, after, id],
        'run',
      );
    return { files: files.map(({ name }) => name), isGone: after === 0 };
  });
}

/** Deletes what is left of hidden rooms, for about a second. @param removeFiles removes files from the folder */
export async function deleteHiddenRooms(
  em: () => EntityManager,
  removeFiles: (names: string[]) => Promise<void>,
  now: Date,
): Promise<void> {
  const begun = performance.now();
  await em().nativeUpdate(
    Room,
    { access: 'importing', createdAt: { $lt: new Date(now.getTime() - LONGEST_IMPORT_MS) } },
    { access: 'deleted' },
  );
  const rooms = await em().find(Room, { access: 'deleted' }, { limit: ROOMS_AT_ONCE });
  for (const { id } of rooms) {
    for (let isGone = false; !isGone; await pause(PAUSE_MS)) {
      const slice = await deleteSlice(em(), id);
      await removeFiles(slice.files);
      isGone = slice.isGone;
      if (performance.now() - begun > LONGEST_MS) return;
    }
  }
}

import type { SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sql';

/** So many processes post. */
export const WRITERS = 20;
/** People of each process who post at once, at most: there are so many for each of the three kinds of place. */
const PEOPLE = 32;

/** Where the messages of a batch go: all into one room of the process, each into another, or those of all processes into one. */
export const PLACES = ['one', 'each', 'all'] as const;
export type Place = (typeof PLACES)[number];

/** Somebody, and the room that they are in, by id. */
interface Somebody {
  user: number;
  room: number;
}

/** The people whose messages a process stores, counted from 0. */
export function peopleOf(writer: number, place: Place): Somebody[] {
  const kind = PLACES.indexOf(place) * WRITERS * PEOPLE;
  return Array.from({ length: PEOPLE }, (_, index) => ({
    user: kind + writer * PEOPLE + index + 1,
    room: roomOf(writer, index, place),
  }));
}

const ROOMS = WRITERS + WRITERS * PEOPLE + 1;

function roomOf(writer: number, index: number, place: Place): number {
  if (place === 'all') return ROOMS;
  return place === 'one' ? writer + 1 : WRITERS + writer * PEOPLE + index + 1;
}

/** Fills an empty database with all of them, each present in their room. */
export async function fillScale(em: EntityManager): Promise<void> {
  const people = PLACES.flatMap((place) =>
    Array.from({ length: WRITERS }, (_, writer) => peopleOf(writer, place)).flat(),
  );
  await em.execute(
    `insert into "user" (username, username_key, email, email_key, password_hash, created_at)
    select 'person-' || n, 'person-' || n, 'person-' || n, 'person-' || n, '', now() from generate_series(1, ?) n`,
    [people.length],
  );
  await em.execute(
    `insert into room (name, access, creator_id, last_seq, created_at) select 'room ' || n, 'open', 1, 0, now() from generate_series(1, ?) n`,
    [ROOMS],
  );
  const pairs = `jsonb_to_recordset(?::jsonb) as p("user" int, room int)`;
  await em.execute(
    `insert into membership (room_id, user_id, role, joined_at, read_seq, hidden) select room, "user", 'member', now(), 0, false from ${pairs}`,
    [JSON.stringify(people)],
  );
  await em.execute(
    `insert into presence (user_id, room_id, lease, expires_at, closing) select "user", room, 'script', now() + interval '1 day', false from ${pairs}`,
    [JSON.stringify(people)],
  );
  await em.execute('analyze');
}

/** Makes sure that each log is gapless, and that all of them hold as many messages. @throws where they do not */
export async function checkLogs(orm: MikroORM, stored: number): Promise<void> {
  const [row] = await orm.em.fork().execute<{ entries: number; broken: number }[]>(`
    select sum(count)::int as entries, count(*) filter (where count <> last_seq or highest <> last_seq or lowest <> 1)::int as broken
    from room join (select room_id, count(*), max(seq) as highest, min(seq) as lowest from entry group by room_id) log on log.room_id = room.id`);
  if (row?.entries !== stored || row.broken > 0)
    throw new Error(
      `${stored} were acknowledged, ${row?.entries} are there, and ${row?.broken} logs have gaps.`,
    );
}

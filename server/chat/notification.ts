import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { type AwayChoices, awayChoices } from './away.ts';
import { afterQuiet } from './away-times.ts';
import { type Reader, rowOf } from './reader.ts';
import { endTelling } from './telling.ts';
import { type Stretch, type ToldRoom, toldRoomsOf } from './told-rooms.ts';
import { lockActor, type User } from './user.ts';

/** What is due to a user, without what another way is sending. */
const FREE = 'from due where user_id = ? and trying_until is null';

/**
 * Takes what is due to a user, for one notification of the browser. It is theirs alone: no other page, process or way tells
 * it again. Empty if nothing is due, if they have not chosen to be told so, or in their quiet hours.
 */
export async function takeNotification(
  em: EntityManager,
  reader: Reader,
  actor: User,
  now: Date,
): Promise<ToldRoom[]> {
  if (!(await rowOf(reader, `select 1 as one ${FREE} limit 1`, actor.id))) return [];
  const choices = await awayChoices(reader, actor.id);
  if (!choices.browser || isQuiet(choices, now)) return [];
  const stretches = await em.transactional((em) => takeDue(em, actor, now));
  return stretches.length === 0 ? [] : toldRoomsOf(reader, { user: actor.id, choices }, stretches);
}

const isQuiet = (choices: AwayChoices, now: Date) => afterQuiet(choices, now.getTime()) > now.getTime();

/** What is due is deleted before the row of the user is written, as everywhere: so there is no deadlock. */
async function takeDue(em: EntityManager, actor: User, now: Date): Promise<Stretch[]> {
  const { id } = await lockActor(em, actor);
  const stretches = await em.execute<Stretch[]>(
    `delete ${FREE} returning room_id as room, from_seq as first, until_seq as last, since`,
    [id],
  );
  if (stretches.length > 0) await endTelling(em, id, now);
  return stretches;
}

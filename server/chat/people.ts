import type { EntityManager } from '@mikro-orm/core';
import { bansOf } from './ban.ts';
import { hasBlocked } from './block.ts';
import { Invalid, Missing } from './errors.ts';
import { friendshipsOf, type Standing } from './friendship.ts';
import { Membership } from './membership.ts';
import { Presence } from './presence.ts';
import type { Room } from './room.ts';
import { fold } from './text.ts';
import { findByLogin, findByUsername, type User } from './user.ts';

/**
 * Finds a person by their exact email address or username; null where there is nobody to be found.
 * Whoever does not want to be found by email, or has blocked who searches, is not found by it.
 */
export async function lookUp(em: EntityManager, searcher: User, q: string): Promise<User | null> {
  const person = await findByLogin(em, q);
  if (!person || person.id === searcher.id || !isEmail(q)) return person;
  return person.foundByEmail && !(await hasBlocked(em, person, searcher)) ? person : null;
}

/** As `lookUp`. @throws Invalid for `q` where there is nobody to be found */
export async function findPerson(em: EntityManager, searcher: User, q: string): Promise<User> {
  if (q.trim() === '') throw new Invalid({ q: 'Enter an email address or a username.' });
  const person = await lookUp(em, searcher, q);
  if (person) return person;
  throw new Invalid({
    q: isEmail(q)
      ? 'Nobody can be found by this email address. Check it, or ask for their username.'
      : 'There is nobody with this username. Check it, or try their email address.',
  });
}

const isEmail = (q: string): boolean => fold(q).includes('@');

/** Finds a person by the username in an address. @throws Missing where there is none */
export async function personNamed(em: EntityManager, username: string): Promise<User> {
  const person = await findByUsername(em, username);
  if (!person) throw new Missing('There is nobody with this username. Search for them by username or email.');
  return person;
}

/** A friend, or somebody who has asked or was asked, as the list of people shows them. */
export interface Acquaintance {
  person: User;
  standing: Standing;
  /** Whether a friend is in a room now, as far as they let friends see it. */
  isHere: boolean;
  /** The room that a friend is in, where the reader may enter it. */
  room: Room | undefined;
}

/** The person's friends and questions, by name. */
export async function acquaintances(em: EntityManager, user: User): Promise<Acquaintance[]> {
  const friendships = await friendshipsOf(em, user);
  const visible = friendships
    .filter((one) => one.standing(user) === 'friends')
    .map((one) => one.other(user))
    .filter(({ whereabouts }) => whereabouts === 'friends');
  const presences = await em.find(
    Presence,
    { user: { $in: visible.map(({ id }) => id) } },
    { populate: ['room'] },
  );
  const places = new Map(presences.map(({ user: { id }, room }) => [id, room as Room]));
  const own = new Set(
    (await em.find(Membership, { user, room: { $in: [...places.values()].map(({ id }) => id) } })).map(
      ({ room }) => room.id,
    ),
  );
  const closed = new Set((await bansOf(em, user)).map(({ room }) => room.id));
  return friendships.map((one) => {
    const person = one.other(user);
    const place = places.get(person.id);
    const room =
      place && (own.has(place.id) || (place.access === 'open' && !closed.has(place.id))) ? place : undefined;
    return { person, standing: one.standing(user), isHere: place !== undefined, room };
  });
}

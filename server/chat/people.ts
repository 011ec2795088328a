import { type EntityManager } from '@mikro-orm/core';
import { isEmail } from '../text/addresses.ts';
import { isolated } from '../text/direction.ts';
import { hasBlocked } from './block.ts';
import { Forbidden, Invalid, UserNotFound } from './errors.ts';
import { Friendship, friendshipOf, pairOf } from './friendship.ts';
import type { User } from './user.ts';
import { findByLogin, findByUsername, lockActor } from './user.ts';

/**
 * Finds a user by their exact email address or username. By email, it finds nobody who has switched that
 * off or has blocked the searcher.
 */
export async function lookUpUser(em: EntityManager, searcher: User, q: string): Promise<User | null> {
  const person = await findByLogin(em, q);
  if (!person || person.id === searcher.id || !isEmail(q)) return person;
  return person.foundByEmail && !(await hasBlocked(em, person, searcher)) ? person : null;
}

/** As `lookUpUser`. @throws Invalid for `q` if it finds nobody */
export async function findUser(em: EntityManager, searcher: User, q: string): Promise<User> {
  if (q.trim() === '') throw new Invalid({ q: 'Enter an email address or a username.' });
  const person = await lookUpUser(em, searcher, q);
  if (person) return person;
  throw new Invalid({
    q: isEmail(q)
      ? 'Nobody can be found by this email address. Check it, or ask for their username.'
      : 'There is nobody with this username. Check it, or try their email address.',
  });
}

/** For a username in an address. @throws UserNotFound if there is no such user */
export async function userNamed(em: EntityManager, username: string): Promise<User> {
  const person = await findByUsername(em, username);
  if (!person) throw new UserNotFound();
  return person;
}

/**
 * Sends a friend request, or accepts the one that the other has sent. Runs inside a transaction.
 * @returns whether they are friends now
 * @throws Invalid for oneself, Forbidden if one of the two has blocked the other
 */
export async function befriend(em: EntityManager, user: User, other: User, now: Date): Promise<boolean> {
  if (user.id === other.id) throw new Invalid({ '': 'You cannot be your own friend. Choose somebody else.' });
  await lockActor(em, user, other);
  if (await hasBlocked(em, user, other))
    throw new Forbidden(`You have blocked ${isolated(other.username)}. Unblock them first.`);
  if (await hasBlocked(em, other, user))
    throw new Forbidden(
      `You cannot send a friend request to ${isolated(other.username)}. Choose somebody else.`,
    );
  const friendship = await friendshipOf(em, user, other);
  if (!friendship) em.create(Friendship, { ...pairOf(user, other), asker: user });
  else if (friendship.status(user) === 'received') friendship.acceptedAt = now;
  await em.flush();
  return friendship?.acceptedAt != null;
}

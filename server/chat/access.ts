import { type EntityManager, raw } from '@mikro-orm/core';
import { Away } from './away.ts';
import { Invalid } from './errors.ts';
import { ResetLink } from './reset-link.ts';
import { beginSession, Session, type SessionData } from './session.ts';
import { Token } from './token.ts';
import { lockRows, requireActive, User } from './user.ts';

/** The same sentence for an unknown name, a wrong password, and a password that was changed meanwhile. */
export const WRONG_LOGIN = 'The username, email or password is wrong. Check them, and try again.';

/**
 * Ends all access to an account that was given before: its sessions, its tokens, the posts to an address, the links
 * that set a password, and log-ins that are under way. Every change of what a user logs in with calls this, and everything that
 * shuts a user out. Runs inside a transaction that holds the user's lock.
 * @param keep the id of a session that goes on
 * @returns the number of ended sessions
 */
export async function endAccess(em: EntityManager, { id }: Pick<User, 'id'>, keep?: string): Promise<number> {
  await em.nativeUpdate(User, { id }, { accessVersion: raw('access_version + 1') });
  await em.nativeDelete(ResetLink, { user: id });
  await em.nativeDelete(Token, { user: id });
  await em.nativeUpdate(Away, { user: id, hookUrl: { $ne: null } }, { hook: 'never', hookUrl: null }); // another may have entered it
  return em.nativeDelete(Session, { user: id, ...(keep !== undefined && { id: { $ne: keep } }) });
}

/** A session to begin. */
export interface NewSession {
  /** The cookie's value. */
  key: string;
  data: SessionData;
  now: Date;
  userAgent?: string;
}

/**
 * Begins a session, if what was verified still holds under the user's lock.
 * @param user as they were when their password was verified
 * @throws Invalid for `login` if the password was changed, or access was ended meanwhile
 * @throws Forbidden if they are suspended
 */
export async function logIn(
  em: EntityManager,
  user: User,
  { key, data, now, userAgent }: NewSession,
): Promise<void> {
  const { passwordHash, accessVersion } = user; // before the lock, which refreshes the same entity
  await em.transactional(async (em) => {
    const [row] = await lockRows(em, user);
    if (row!.passwordHash !== passwordHash || row!.deletedAt) throw new Invalid({ login: WRONG_LOGIN });
    requireActive(row!);
    if (row!.accessVersion !== accessVersion)
      throw new Invalid({ login: 'You were logged out everywhere while you were logging in. Log in again.' });
    await beginSession(em, key, data, now, userAgent);
  });
}

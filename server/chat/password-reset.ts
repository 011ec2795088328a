import type { EntityManager } from '@mikro-orm/core';
import { endAccess } from './access.ts';
import { checkedPassword, type Hashing, hashPassword, type InTurn } from './password.ts';
import { userOfResetLink } from './reset-link.ts';
import { lockUser, User } from './user.ts';

/**
 * Sets a new password by a link, and ends all access that there was before. Returns the user as they are now.
 * @throws Invalid for `password`, and as `userOfResetLink`: if two requests use a link at once, the second fails
 */
export async function resetPassword(
  em: EntityManager,
  token: string,
  typed: string,
  { now, logN, inTurn }: Hashing & { now: Date },
): Promise<User> {
  const user = await userOfResetLink(em, token, now);
  const ifStillValid: InTurn = (hash) =>
    inTurn(async () => {
      await userOfResetLink(em, token, now); // another request may have used the link while this one waited
      return hash();
    });
  const passwordHash = await hashPassword(checkedPassword(typed), { logN, inTurn: ifStillValid });
  return em.transactional(async (em) => {
    await lockUser(em, user);
    await userOfResetLink(em, token, now);
    await em.nativeUpdate(User, { id: user.id }, { passwordHash });
    await endAccess(em, user);
    return em.findOneOrFail(User, { id: user.id }, { refresh: true });
  });
}

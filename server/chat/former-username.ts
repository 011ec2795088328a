import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { User } from './user.ts';

export const FormerUsernameSchema = defineEntity({
  name: 'FormerUsername',
  tableName: 'former_username',
  properties: {
    /** Folded like `User.usernameKey`. */
    usernameKey: p.string().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    /** The user's first former username has 1, the next one 2; 0 if that was not recorded yet. */
    position: p.integer().default(0),
  },
});

/** So many of a user's latest usernames are reserved: else one user could take all names. */
const MOST_RESERVED = 20;

/** A username that a user had before. Nobody else may take it, because they would be confused with that user. */
export class FormerUsername extends FormerUsernameSchema.class {}
FormerUsernameSchema.setClass(FormerUsername);

/** Whether a user other than `except` had this username. */
export async function wasTaken(em: EntityManager, usernameKey: string, except?: User): Promise<boolean> {
  const former = await em.findOne(FormerUsername, { usernameKey }, { refresh: true });
  return former !== null && former.user.id !== except?.id;
}

/** Reserves a user's old username, frees those before their latest 20, and lifts the reservation of the new one if they had it before. */
export async function exchangeUsername(
  em: EntityManager,
  user: User,
  { oldKey, newKey }: { oldKey: string; newKey: string },
): Promise<void> {
  await em.nativeDelete(FormerUsername, { usernameKey: newKey });
  const former = await em.find(
    FormerUsername,
    { user },
    { orderBy: { position: 'desc', usernameKey: 'asc' }, disableIdentityMap: true },
  );
  const freed = former.slice(MOST_RESERVED - 1).map(({ usernameKey }) => usernameKey);
  if (freed.length > 0) await em.nativeDelete(FormerUsername, { usernameKey: { $in: freed } });
  const position = (former[0]?.position ?? 0) + 1;
  await em.insert(FormerUsername, { usernameKey: oldKey, user: user.id, position });
}

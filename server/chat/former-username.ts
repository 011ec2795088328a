import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { User } from './user.ts';

export const FormerUsernameSchema = defineEntity({
  name: 'FormerUsername',
  tableName: 'former_username',
  properties: {
    /** The username, folded as that of a user is. */
    usernameKey: p.string().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(false),
  },
});

/** A username that somebody had. Nobody else is given it, or they would be taken for who had it before. */
export class FormerUsername extends FormerUsernameSchema.class {}
FormerUsernameSchema.setClass(FormerUsername);

/** Returns whether somebody, other than `but`, had this username. */
export async function wasSomebodys(em: EntityManager, usernameKey: string, but?: User): Promise<boolean> {
  const former = await em.findOne(FormerUsername, { usernameKey }, { refresh: true });
  return former !== null && former.user.id !== but?.id;
}

/** Keeps a username for who gives it up, and lets them have again the one that they take. */
export async function exchangeUsername(
  em: EntityManager,
  user: User,
  { given, taken }: { given: string; taken: string },
): Promise<void> {
  await em.nativeDelete(FormerUsername, { usernameKey: taken });
  await em.insert(FormerUsername, { usernameKey: given, user: user.id });
}

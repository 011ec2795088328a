import { createHash, randomBytes } from 'node:crypto';
import { defineEntity, p, type EntityManager } from '@mikro-orm/core';
import { Missing } from './errors.ts';
import { checkedPassword, hashPassword } from './password.ts';
import { Session } from './session.ts';
import { User } from './user.ts';

/** A link works for so long. */
export const LASTS_MS = 3_600_000;

export const ResetLinkSchema = defineEntity({
  name: 'ResetLink',
  tableName: 'reset_link',
  properties: {
    /** A hash of what stands in the link, so that whoever reads the table cannot use it. */
    id: p.string().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(false),
    expiresAt: p.datetime(3),
  },
});

/** That whoever has the link may set a new password for the person, once. */
export class ResetLink extends ResetLinkSchema.class {}
ResetLinkSchema.setClass(ResetLink);

/** Makes a link for a person; returns the path that it leads to. */
export async function makeResetLink(em: EntityManager, user: User, now: Date): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  await em.insert(ResetLink, {
    id: hash(token),
    user: user.id,
    expiresAt: new Date(now.getTime() + LASTS_MS),
  });
  return `/reset/${token}`;
}

/** Returns whose password a link sets. @throws Missing where it was used, is too old, or never was one */
export async function userOfLink(em: EntityManager, token: string, now: Date): Promise<User> {
  const link = await em.findOne(
    ResetLink,
    { id: hash(token), expiresAt: { $gt: now } },
    { populate: ['user'], refresh: true },
  );
  if (!link)
    throw new Missing(
      'This link has been used, or is older than an hour, or was not copied whole. Ask for a new one.',
    );
  return link.user as User;
}

/**
 * Sets a new password, and ends every session and every other link of the person, whom it returns.
 * @throws Invalid for `password`, and as `userOfLink`: of two at once the second has a used link
 */
export async function resetPassword(
  em: EntityManager,
  token: string,
  typed: string,
  { now, logN }: { now: Date; logN: number },
): Promise<User> {
  const user = await userOfLink(em, token, now);
  const passwordHash = await hashPassword(checkedPassword(typed), logN);
  await em.transactional(async (em) => {
    await em.nativeUpdate(User, { id: user.id }, { passwordHash }); // takes the lock of the person before the link is looked at
    await userOfLink(em, token, now);
    await em.nativeDelete(ResetLink, { user: user.id });
    await em.nativeDelete(Session, { user: user.id });
  });
  return user;
}

/** Forgets the links that are too old. */
export async function forgetResetLinks(em: EntityManager, now: Date): Promise<void> {
  await em.nativeDelete(ResetLink, { expiresAt: { $lte: now } });
}

const hash = (token: string): string => createHash('sha256').update(token).digest('base64url');

import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { randomBytes } from 'node:crypto';
import { sha256 } from '../text/hash.ts';
import { deleteInSlices } from './clearing.ts';
import { NotFound } from './errors.ts';
import { lockUser, User } from './user.ts';

/** A link works for this long. */
export const VALID_MS = 3_600_000;

export const ResetLinkSchema = defineEntity({
  name: 'ResetLink',
  tableName: 'reset_link',
  properties: {
    /** A hash of the token in the link, so that nobody who reads the table can use it. */
    id: p.string().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(false),
    expiresAt: p.datetime(3).index(),
  },
});

/** A link with which its holder can set a new password for the user, once. */
export class ResetLink extends ResetLinkSchema.class {}
ResetLinkSchema.setClass(ResetLink);

/** Returns the path of the link. @throws UserNotFound for a former member */
export async function makeResetLink(em: EntityManager, user: Pick<User, 'id'>, now: Date): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  const expiresAt = new Date(now.getTime() + VALID_MS);
  await em.transactional(async (em) => {
    await lockUser(em, user);
    await em.insert(ResetLink, { id: sha256(token), user: user.id, expiresAt });
  });
  return `/reset/${token}`;
}

/** Returns the user whose password the link sets. @throws NotFound if it was used, is too old, or never existed */
export async function userOfResetLink(em: EntityManager, token: string, now: Date): Promise<User> {
  const link = await em.findOne(
    ResetLink,
    { id: sha256(token), expiresAt: { $gt: now } },
    { populate: ['user'], refresh: true },
  );
  if (!link)
    throw new NotFound(
      'This link has been used, is older than an hour, or was not copied completely. Ask for a new one.',
    );
  return link.user;
}

export async function deleteExpiredResetLinks(em: EntityManager, now: Date): Promise<void> {
  await deleteInSlices(em, ResetLink, { expiresAt: { $lte: now } }, 'id');
}

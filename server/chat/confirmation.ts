import { defineEntity, type EntityManager, p } from '@mikro-orm/core';
import { randomBytes } from 'node:crypto';
import { sha256 } from '../text/hash.ts';
import { Away, ensureAway } from './away.ts';
import { deleteInSlices } from './clearing.ts';
import { NotFound } from './errors.ts';
import { lockRows, lockUser, User } from './user.ts';

const DAY_MS = 86_400_000;
/** A link works for so many days. */
export const VALID_DAYS = 7;

export const ConfirmationSchema = defineEntity({
  name: 'Confirmation',
  tableName: 'confirmation',
  properties: {
    /** A hash of the token in the link, so that nobody who reads the table can use it. */
    id: p.string().primary(),
    user: () => p.manyToOne(User).deleteRule('cascade'),
    /** The folded email to which the link was sent. It serves only while the account has that one. */
    emailKey: p.string(),
    expiresAt: p.datetime(3).index(),
  },
});

/** A link by which the owner of an email address says that the account is theirs, or that it is not. */
export class Confirmation extends ConfirmationSchema.class {}
ConfirmationSchema.setClass(Confirmation);

/**
 * Makes a link for the address that the account has now. Returns undefined if that is confirmed already, or
 * there is none. @throws UserNotFound for a former member
 */
export async function makeConfirmation(
  em: EntityManager,
  found: Pick<User, 'id'>,
  now: Date,
): Promise<{ path: string; user: User } | undefined> {
  const token = randomBytes(24).toString('base64url');
  const expiresAt = new Date(now.getTime() + VALID_DAYS * DAY_MS);
  return em.transactional(async (em) => {
    const user = await lockUser(em, found);
    const { emailKey } = user;
    if (user.email === '' || (await em.count(Away, { user: user.id, confirmedKey: emailKey })) > 0)
      return undefined;
    await em.insert(Confirmation, { id: sha256(token), user: user.id, emailKey, expiresAt });
    return { path: `/confirm/${token}`, user };
  });
}

/** Returns the user whose address the link confirms. @throws NotFound if it was used, is too old, or the account has another address */
export async function userOfConfirmation(em: EntityManager, token: string, now: Date): Promise<User> {
  const link = await em.findOne(
    Confirmation,
    { id: sha256(token), expiresAt: { $gt: now } },
    { populate: ['user'], refresh: true },
  );
  if (!link || link.user.deletedAt || link.user.emailKey !== link.emailKey)
    throw new NotFound(
      'This link has been used, is older than 7 days, or was not copied completely. Ask for a new one in your settings.',
    );
  return link.user;
}

/** The owner of the address says that the account is theirs. @throws NotFound as `userOfConfirmation` */
export async function confirmEmail(em: EntityManager, token: string, now: Date): Promise<void> {
  await answer(em, token, now, async (em, user) => {
    await ensureAway(em, user);
    await em.nativeUpdate(Away, { user: user.id }, { confirmedKey: user.emailKey });
  });
}

/**
 * The owner of the address says that the account is not theirs: the address is taken off it, so that they can use it for
 * their own. The account stays, for the user who has its username and password. @throws NotFound as `userOfConfirmation`
 */
export async function disownEmail(em: EntityManager, token: string, now: Date): Promise<void> {
  await answer(em, token, now, async (em, { id }) => {
    await em.nativeUpdate(User, { id }, { email: '', emailKey: `none ${id}` });
    await em.nativeUpdate(Away, { user: id }, { confirmedKey: null });
  });
}

/** Uses up all links of the user, under their lock. */
async function answer(
  em: EntityManager,
  token: string,
  now: Date,
  work: (em: EntityManager, user: User) => Promise<void>,
): Promise<void> {
  const { id } = await userOfConfirmation(em, token, now);
  await em.transactional(async (em) => {
    const [user] = await lockRows(em, { id });
    await userOfConfirmation(em, token, now); // again: it may have been used before the lock
    await work(em, user!);
    await em.nativeDelete(Confirmation, { user: id });
  });
}

export async function deleteExpiredConfirmations(em: EntityManager, now: Date): Promise<void> {
  await deleteInSlices(em, Confirmation, { expiresAt: { $lte: now } }, 'id');
}

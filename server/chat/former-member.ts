import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/core';
import { provePassword, type Trial } from './account.ts';
import { Ban } from './ban.ts';
import { Block } from './block.ts';
import { Departure } from './departure.ts';
import { renameDirects } from './direct.ts';
import { Invalid } from './errors.ts';
import { FormerUsername } from './former-username.ts';
import { Friendship } from './friendship.ts';
import { Membership } from './membership.ts';
import { Mention } from './mention.ts';
import { leave, presenceOf } from './presence.ts';
import { end } from './quit.ts';
import { ResetLink } from './reset-link.ts';
import { lockRooms, type Room } from './room.ts';
import { Session } from './session.ts';
import { lockUser, User } from './user.ts';

/** What whoever has deleted their account is called. Nobody can choose it: it has a space. */
export const FORMER_MEMBER = 'former member';

/** The rooms that have no administrator but this person, by name. */
export async function roomsHeld(em: EntityManager, user: User): Promise<Room[]> {
  const own = (await em.find(Membership, { user, role: 'admin' }, { populate: ['room'] })).map(
    ({ room }) => room as Room,
  );
  const others = await em.find(Membership, {
    room: { $in: own.map(({ id }) => id) },
    role: 'admin',
    user: { $ne: user.id },
  });
  const shared = new Set(others.map(({ room }) => room.id));
  return own.filter(({ id }) => !shared.has(id)).sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Deletes an account: all that is known of the person but what they said, which is others' history
 * too, and stays under the name of a former member. Their row stays, emptied, for it to refer to.
 * @throws Invalid where a room would be left without an administrator or the password is wrong, Limited after too many wrong ones
 */
export async function becomeFormer(
  em: EntityManager,
  user: User,
  current: string,
  trial: Trial,
): Promise<void> {
  await provePassword(em, user, current, trial);
  await em.transactional(async (em) => {
    await empty(em, user, trial.now); // first, so that nothing new can refer to the person
    await quitRooms(em, user, trial.now);
    for (const noun of [Session, ResetLink, Ban, Departure])
      await em.nativeDelete<{ user: User }>(noun, { user: user.id });
    await em.nativeDelete(Block, { $or: [{ user: user.id }, { blocked: user.id }] });
    await em.nativeDelete(Friendship, { $or: [{ low: user.id }, { high: user.id }] });
    await renameDirects(em, await em.findOneOrFail(User, { id: user.id }, { refresh: true }));
    // Last, with their rooms locked. An @ with the name is text like any other then: nothing leads from it to them.
    await em.nativeDelete(Mention, { user: user.id });
  });
}

/** Takes from the account what tells who it was, and keeps its username from everybody else. */
async function empty(em: EntityManager, user: User, now: Date): Promise<void> {
  await lockUser(em, user);
  const { usernameKey } = await em.findOneOrFail(User, { id: user.id }, { refresh: true });
  const unknown = former(`${FORMER_MEMBER} ${user.id}`, now);
  const preferences = {
    zone: null,
    hourCycle: 'h23',
    foundByEmail: true,
    whereabouts: 'friends',
    enterSends: false,
    liveView: 'off',
    reportLinks: true,
    style: 'calm',
    announcements: null,
  } as const;
  if (usernameKey !== unknown.usernameKey) await em.insert(FormerUsername, { usernameKey, user: user.id });
  await em.nativeUpdate(User, { id: user.id }, { ...unknown, ...preferences, operator: false });
}

/** Takes the person out of where they are, and ends their memberships; a conversation stays one of two. */
async function quitRooms(em: EntityManager, user: User, now: Date): Promise<void> {
  await lockRooms(em, ...(await em.find(Membership, { user })).map(({ room }) => room.id));
  const held = await roomsHeld(em, user);
  if (held.length > 0)
    throw new Invalid({
      '': `You are the only administrator of ${held.map(({ name }) => name).join(', ')}. Make somebody else one there, or delete the room, before you delete your account.`,
    });
  const presence = await presenceOf(em, user);
  if (presence) await leave(em, user, presence.room.id, now);
  const memberships = await em.find(
    Membership,
    { user, room: { access: { $ne: 'direct' } } },
    { populate: ['room'], refresh: true },
  );
  for (const membership of memberships) await end(em, membership, now);
}

/** Makes somebody who never had an account here: for what they said elsewhere to refer to. */
export async function createFormer(em: EntityManager, now: Date): Promise<User> {
  const user = em.create(User, { ...former(`${FORMER_MEMBER} ${randomUUID()}`, now), createdAt: now });
  await em.flush();
  return user;
}

const former = (key: string, now: Date) => ({
  username: FORMER_MEMBER,
  usernameKey: key,
  email: '',
  emailKey: key,
  passwordHash: '',
  deletedAt: now,
});

import { isolated } from '../text/direction.ts';
import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { randomUUID } from 'node:crypto';
import { endAccess } from './access.ts';
import { lockVerified, type PasswordCheck, requirePassword } from './account.ts';
import { Away, AwayRoom } from './away.ts';
import { Ban } from './ban.ts';
import { Block } from './block.ts';
import { Confirmation } from './confirmation.ts';
import { Departure } from './departure.ts';
import { renameDirects } from './direct.ts';
import { Due, Telling } from './due.ts';
import { Invalid } from './errors.ts';
import { FormerUsername } from './former-username.ts';
import { Friendship } from './friendship.ts';
import { Invitation } from './invitation.ts';
import { Membership } from './membership.ts';
import { Mention } from './mention.ts';
import { leave, presenceOf } from './presence.ts';
import { endMembership } from './quit.ts';
import type { Reader } from './reader.ts';
import { lockRooms } from './room.ts';
import { Run } from './run.ts';
import { User } from './user.ts';

/** The username of every deleted account. Nobody can choose it, because it has a space. */
export const FORMER_MEMBER = 'former member';

/** Rooms that are named before a deletion. Others can make a user the administrator of any number. */
const MOST_NAMED = 50;

const WITHOUT_OTHER_ADMIN = `
  select r.id, r.name from membership m join room r on r.id = m.room_id
  where m.user_id = ? and m.role = 'admin' and not exists (
    select 1 from membership o where o.room_id = m.room_id and o.role = 'admin' and o.user_id <> m.user_id
  )
  order by r.name_key, r.id limit ${MOST_NAMED + 1}`;

export interface RoomsWithoutOtherAdmin {
  rooms: { id: number; name: string }[];
  /** Whether there are more. */
  hasMore: boolean;
}

/** The rooms whose only administrator is this user, by name, at most `MOST_NAMED`. */
export async function roomsWithoutOtherAdmin(reader: Reader, user: number): Promise<RoomsWithoutOtherAdmin> {
  return firstRooms(await reader.rows(WITHOUT_OTHER_ADMIN, user));
}

function firstRooms(rows: { id: number; name: string }[]): RoomsWithoutOtherAdmin {
  const rooms = rows.slice(0, MOST_NAMED).toSorted((a, b) => a.name.localeCompare(b.name));
  return { rooms, hasMore: rows.length > MOST_NAMED };
}

/**
 * Deletes an account and all its data except the messages: they are part of others' history, too, and
 * stay under the name of a former member. The emptied row of the user stays, because they refer to it.
 * @throws Invalid if a room would lose its only administrator, and as `requirePassword`
 */
export async function deleteAccount(
  em: EntityManager,
  user: User,
  current: string,
  check: PasswordCheck,
): Promise<void> {
  await requirePassword(em, user, current, check);
  await em.transactional(async (em) => {
    await lockVerified(em, user); // who deletes their account, and has that password
    await eraseUser(em, user, check.now); // first, so that no new row can refer to the user
    await endMemberships(em, user, check.now);
    await endAccess(em, user);
    for (const entity of [Ban, Departure, Confirmation, Away, AwayRoom, Due, Telling])
      await em.nativeDelete<{ user: User }>(entity, { user: user.id });
    await em.nativeDelete(Invitation, { maker: user.id });
    await em.nativeDelete(Run, { user: user.id });
    await em.nativeDelete(Block, { $or: [{ user: user.id }, { blocked: user.id }] });
    await em.nativeDelete(Friendship, { $or: [{ low: user.id }, { high: user.id }] });
    await renameDirects(em, await em.findOneOrFail(User, { id: user.id }, { refresh: true }));
    // Last, while the rooms are locked. An @ with the old name is plain text afterwards, and leads to nobody.
    await em.nativeDelete(Mention, { user: user.id });
  });
}

/** Clears everything that identifies the user, and reserves their username. */
async function eraseUser(em: EntityManager, user: User, now: Date): Promise<void> {
  const { usernameKey } = await em.findOneOrFail(User, { id: user.id }, { refresh: true });
  const erased = formerMemberColumns(`${FORMER_MEMBER} ${user.id}`, now);
  const preferences = {
    zone: null,
    hourCycle: 'h23',
    foundByEmail: true,
    whereabouts: 'friends',
    enterSends: false,
    liveView: 'off',
    reportLinks: true,
    style: 'calm',
    away: '',
    announcements: null,
  } as const;
  if (usernameKey !== erased.usernameKey) await em.insert(FormerUsername, { usernameKey, user: user.id });
  await em.nativeUpdate(User, { id: user.id }, { ...erased, ...preferences, operator: false });
}

/** Takes the user out of their room, and ends their memberships except in direct rooms. */
async function endMemberships(em: EntityManager, user: User, now: Date): Promise<void> {
  await lockRooms(em, ...(await em.find(Membership, { user })).map(({ room }) => room.id));
  const { rooms, hasMore } = firstRooms(await em.execute(WITHOUT_OTHER_ADMIN, [user.id]));
  if (rooms.length > 0)
    throw new Invalid({
      '': `You are the only administrator of ${rooms.map(({ name }) => isolated(name)).join(', ')}${hasMore ? ' and other rooms' : ''}. Make somebody else an administrator there, or delete the room. Then delete your account.`,
    });
  const presence = await presenceOf(em, user);
  if (presence) await leave(em, user, presence.room.id, now);
  const memberships = await em.find(
    Membership,
    { user, room: { access: { $ne: 'direct' } } },
    { populate: ['room'], refresh: true },
  );
  for (const membership of memberships) await endMembership(em, membership, now);
  await em.nativeUpdate(Membership, { user }, { announcements: null, draft: null }); // those that stay, in direct rooms
}

/** Creates an author for imported messages of a user who has no account here. */
export async function createFormerMember(em: EntityManager, now: Date): Promise<User> {
  const user = em.create(User, {
    ...formerMemberColumns(`${FORMER_MEMBER} ${randomUUID()}`, now),
    createdAt: now,
  });
  await em.flush();
  return user;
}

const formerMemberColumns = (key: string, now: Date) => ({
  username: FORMER_MEMBER,
  usernameKey: key,
  email: '',
  emailKey: key,
  passwordHash: '',
  deletedAt: now,
});

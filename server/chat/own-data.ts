import type { EntityManager } from '@mikro-orm/core';
import { announcementsOf } from './announcements.ts';
import { blockedBy } from './block.ts';
import { Entry } from './entry.ts';
import { friendshipsOf } from './friendship.ts';
import { Membership } from './membership.ts';
import { Report } from './report.ts';
import { Room } from './room.ts';
import { sessionsOf } from './session.ts';
import type { User } from './user.ts';

/** Entries that are looked through at once for what the person said. */
const STRETCH = 2000;

/** All that is kept of a person, as the parts of one JSON text: it may be long, and no answer waits for the whole. */
export async function* ownData(em: EntityManager, user: User, now: Date): AsyncGenerator<string> {
  const {
    username,
    email,
    createdAt,
    zone,
    hourCycle,
    foundByEmail,
    whereabouts,
    enterSends,
    liveView,
    reportLinks,
    style,
  } = user;
  const memberships = await em.find(Membership, { user }, { populate: ['room'] });
  const about = {
    account: { username, email, createdAt },
    settings: {
      zone,
      hourCycle,
      foundByEmail,
      whereabouts,
      enterSends,
      liveView,
      reportLinks,
      style,
      announcements: announcementsOf(user),
    },
    rooms: memberships.map(({ room: { id, name, access }, role, joinedAt, readSeq, announcements }) => ({
      id,
      name,
      access,
      role,
      joinedAt,
      readSeq,
      announcements: announcements && JSON.parse(announcements),
    })),
    friends: (await friendshipsOf(em, user)).map((one) => ({
      username: one.other(user).username,
      standing: one.standing(user),
      since: one.acceptedAt,
    })),
    blocked: (await blockedBy(em, user)).map((person) => person.username),
    reports: (await em.find(Report, { reporter: user }, { orderBy: { id: 'asc' } })).map(
      ({ roomName, seq, reason, madeAt }) => ({ roomName, seq, reason, madeAt }),
    ),
    sessions: (await sessionsOf(em, user, now)).map(({ createdAt, seenAt, userAgent }) => ({
      createdAt,
      seenAt,
      userAgent,
    })),
  };
  yield `${JSON.stringify(about, null, 1).slice(0, -2)},\n "messages": [`;
  let comma = '';
  for await (const message of messagesOf(em, user)) {
    yield `${comma}\n  ${JSON.stringify(message)}`;
    comma = ',';
  }
  yield '\n ]\n}\n';
}

/** What the person said, room by room, in order: also where they are no member any more. */
async function* messagesOf(em: EntityManager, user: User) {
  for (const room of await em.find(Room, {}, { orderBy: { id: 'asc' } })) {
    if (!(await em.findOne(Entry, { room, author: user, key: { $ne: null } }))) continue;
    for (let after = 0; after < room.lastSeq; after += STRETCH) {
      const said = await em.find(
        Entry,
        { room, author: user, kind: 'message', seq: { $gt: after, $lte: after + STRETCH } },
        { orderBy: { seq: 'asc' }, populate: ['attachment'], disableIdentityMap: true },
      );
      for (const { seq, at, body, attachment } of said)
        yield {
          room: room.id,
          name: room.name,
          seq,
          at,
          body,
          ...(attachment && {
            attachment: { description: attachment.description, type: attachment.type, size: attachment.size },
          }),
        };
    }
  }
}

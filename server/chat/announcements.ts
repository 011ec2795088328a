import type { EntityManager } from '@mikro-orm/core';
import { Membership, type Belonging } from './membership.ts';
import { chosen, collect } from './text.ts';
import { User } from './user.ts';

const MESSAGES = {
  everything: 'everything',
  sender: 'sender',
  count: 'count',
  mentions: 'mentions',
  nothing: 'nothing',
} as const;
const FIRST = { sender: 'sender', text: 'text' } as const;

/** What a screen reader is given to say of a room, where script runs. */
export interface Announcements {
  messages: keyof typeof MESSAGES;
  /** Whether it is said who enters and leaves, and what else befalls the room. */
  notices: boolean;
  first: keyof typeof FIRST;
  /** Whether the time of a message is said. */
  time: boolean;
}

/** For whoever has chosen nothing. */
export const DEFAULTS: Announcements = {
  messages: 'everything',
  notices: false,
  first: 'sender',
  time: false,
};

/** What a form sends of them; yes or no where there are these two. */
type Typed = Partial<Record<keyof Announcements, string>>;

/** What holds for the person in the room: what they chose for it, else what they chose for all rooms. */
export function announcementsIn({ membership }: Belonging): Announcements {
  return { ...announcementsOf(membership.user as User), ...parsed(membership.announcements) };
}

/** What the person chose for all rooms. */
export function announcementsOf(user: User): Announcements {
  return { ...DEFAULTS, ...parsed(user.announcements) };
}

/** Keeps what the person chose for all rooms. What is not sent stays as it is. @throws Invalid where it is no choice */
export async function saveAnnouncements(em: EntityManager, user: User, typed: Typed): Promise<void> {
  const announcements = JSON.stringify(checked(typed, announcementsOf(user)));
  await em.nativeUpdate(User, { id: user.id }, { announcements });
}

/** Keeps what the person chose for one room, which goes before what they chose for all. @throws Invalid where it is no choice */
export async function saveAnnouncementsIn(
  em: EntityManager,
  belonging: Belonging,
  typed: Typed,
): Promise<void> {
  const announcements = JSON.stringify(checked(typed, announcementsIn(belonging)));
  await em.nativeUpdate(Membership, ofMember(belonging), { announcements });
}

/** Forgets what the person chose for one room. */
export async function clearAnnouncementsIn(em: EntityManager, belonging: Belonging): Promise<void> {
  await em.nativeUpdate(Membership, ofMember(belonging), { announcements: null });
}

const ofMember = ({ room, membership }: Belonging) => ({ room, user: membership.user });
const parsed = (kept: string | null | undefined): Partial<Announcements> => (kept ? JSON.parse(kept) : {});

function checked(typed: Typed, before: Announcements): Announcements {
  return collect({
    messages: () => chosen('messages', typed, MESSAGES, before.messages),
    notices: () => chosen('notices', typed, { yes: true, no: false }, before.notices),
    first: () => chosen('first', typed, FIRST, before.first),
    time: () => chosen('time', typed, { yes: true, no: false }, before.time),
  });
}

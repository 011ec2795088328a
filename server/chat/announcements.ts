import type { EntityManager } from '@mikro-orm/core';
import { chosenOption, collectProblems } from './checks.ts';
import { type MemberRoom, Membership } from './membership.ts';
import { lockActor, User } from './user.ts';

const MESSAGES = {
  everything: 'everything',
  sender: 'sender',
  count: 'count',
  mentions: 'mentions',
  nothing: 'nothing',
} as const;
const FIRST_PARTS = { sender: 'sender', text: 'text' } as const;

/** What a screen reader announces in a room, where scripts run. */
export interface Announcements {
  messages: keyof typeof MESSAGES;
  /** Whether notices are announced, such as who enters and leaves. */
  notices: boolean;
  /** What an announcement of a message begins with. */
  first: keyof typeof FIRST_PARTS;
  /** Whether the time of a message is announced. */
  time: boolean;
  /** What is announced of a message, in this order; left out or empty: what `first` and `time` say. */
  parts?: Part[];
  /** Messages are announced at most every so many seconds; left out: as they come. */
  every?: number;
  /** Whether the user's own messages are announced, too. */
  own?: boolean;
  /** Whether announcements are made by `ariaNotify`, where the browser has it. */
  notify?: boolean;
  /** The sounds that are heard; left out: none. */
  sound?: Sound;
  /** What is read of a message in the log; left out: as usual. */
  reading?: Reading;
}

/** What a line of the log has, for those who go through it. */
export interface Reading {
  /** What is read of a message, in this order. */
  parts: Part[];
  /** Whether notices are read. */
  notices: boolean;
  /** Whether the user's own messages are read. */
  own: boolean;
}

/** What can be heard as a sound. */
export type SoundEvent = 'message' | 'mention' | 'sent' | 'entered' | 'trouble';

export interface Sound {
  set: 'soft' | 'sharp' | '2000s';
  events: SoundEvent[];
  /** From 1 to 3. */
  loudness: 1 | 2 | 3;
  /** Whether the events are heard, but not said. */
  instead?: boolean;
}

/** What can be announced of a message. */
export type Part = 'sender' | 'to' | 'text' | 'time' | 'number' | 'image' | 'links';

/** For users who have chosen nothing. */
export const DEFAULTS: Announcements = {
  messages: 'everything',
  notices: false,
  first: 'sender',
  time: false,
};

/** The fields of the form; a boolean is `yes` or `no`. */
type Typed = Partial<Record<'messages' | 'notices' | 'first' | 'time', string>>;

/**
 * What a user chose for a room, else for all rooms. Sounds are the same in all rooms.
 * @param all and `room` are JSON as rows keep it
 */
export function announcementsFor(
  all: string | null | undefined,
  room: string | null | undefined,
): Announcements {
  const [ofAll, ofRoom] = [parsedChoices(all), parsedChoices(room)];
  const { sound, reading } = ofAll;
  const apart = { ...(sound && { sound }), ...(reading && { reading }) };
  return { ...DEFAULTS, ...(hasChoices(ofRoom) ? apart : ofAll), ...ofRoom };
}

/** The user's choices for this room. */
export const announcementsIn = ({ membership }: MemberRoom): Announcements =>
  announcementsFor(membership.user.announcements, membership.announcements);

/** The user's choices for all rooms. */
export function announcementsOf(user: User): Announcements {
  return { ...DEFAULTS, ...parsedChoices(user.announcements) };
}

/**
 * A field that is not sent keeps its value. Runs inside a transaction.
 * @throws Invalid if a choice does not exist, and as `lockActor`
 */
export async function saveAnnouncements(em: EntityManager, actor: User, typed: Typed): Promise<void> {
  const user = await lockActor(em, actor);
  const announcements = JSON.stringify(checkedChoices(typed, announcementsOf(user)));
  await em.nativeUpdate(User, { id: user.id }, { announcements });
}

/** As `saveAnnouncements`, for one room. */
export async function saveAnnouncementsIn(
  em: EntityManager,
  memberRoom: MemberRoom,
  typed: Typed,
): Promise<void> {
  const current = choicesIn(memberRoom);
  await keepIn(em, memberRoom, checkedChoices(typed, current));
}

/** The user's choices for this room, without what is the same in all rooms, or chosen apart. */
export function choicesIn(memberRoom: MemberRoom): Announcements {
  const { sound: _, reading: _reading, ...current } = announcementsIn(memberRoom);
  return current;
}

/** Keeps announcements for a room, beside what is read of its log. Runs inside a transaction. @throws as `lockActor` */
export async function keepIn(
  em: EntityManager,
  memberRoom: MemberRoom,
  chosen: Partial<Announcements>,
): Promise<void> {
  const { reading } = (await lockChoices(em, memberRoom)).own;
  const kept = { ...chosen, ...(reading && { reading }) };
  const announcements = Object.keys(kept).length > 0 ? JSON.stringify(kept) : null;
  await em.nativeUpdate(Membership, ofMember(memberRoom), { announcements });
}

/** Locks the member, and returns them with what they have chosen for the room, as it is now. @throws as `lockActor` */
export async function lockChoices(em: EntityManager, memberRoom: MemberRoom) {
  const user = await lockActor(em, memberRoom.membership.user);
  const now = await em.findOneOrFail(Membership, ofMember(memberRoom), { disableIdentityMap: true });
  return { user, own: parsedChoices(now.announcements) };
}

/** Whether the user has chosen announcements for this room. */
export const hasChoicesIn = ({ membership }: MemberRoom): boolean =>
  hasChoices(parsedChoices(membership.announcements));

/** What is read is chosen apart. */
const hasChoices = (chosen: Partial<Announcements>): boolean =>
  Object.keys(chosen).some((name) => name !== 'reading');

/** Deletes the choices for one room, so that those for all rooms apply. Runs inside a transaction. */
export async function clearAnnouncementsIn(em: EntityManager, memberRoom: MemberRoom): Promise<void> {
  await keepIn(em, memberRoom, {});
}

export const ofMember = ({ room, membership }: MemberRoom) => ({ room, user: membership.user });
/** @param json what a row keeps; null for nothing */
export const parsedChoices = (json: string | null | undefined): Partial<Announcements> =>
  json ? JSON.parse(json) : {};

/** What was chosen last holds: an order of parts of the user's own ends with another `first` or `time`. */
function checkedChoices(typed: Typed, current: Announcements): Announcements {
  const checked = collectProblems({
    messages: () => chosenOption('messages', typed, MESSAGES, current.messages),
    notices: () => chosenOption('notices', typed, { yes: true, no: false }, current.notices),
    first: () => chosenOption('first', typed, FIRST_PARTS, current.first),
    time: () => chosenOption('time', typed, { yes: true, no: false }, current.time),
  });
  const { parts, ...others } = current;
  const isSame = checked.first === current.first && checked.time === current.time;
  return { ...others, ...checked, ...(parts && isSame && { parts }) };
}

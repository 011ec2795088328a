import type { EntityManager } from '@mikro-orm/core';
import {
  announcementsOf,
  lockChoices,
  ofMember,
  type Part,
  parsedChoices,
  type Reading,
} from './announcements.ts';
import { chosenOption, collectProblems } from './checks.ts';
import { type MemberRoom, Membership } from './membership.ts';
import { checkedParts, type TypedSaid } from './said.ts';
import { lockActor, User } from './user.ts';

/** The log as it is for users who have chosen nothing. */
export const USUAL: Reading = {
  parts: ['sender', 'to', 'time', 'text', 'image'],
  notices: true,
  own: true,
};

const isUsual = (reading: Reading): boolean => JSON.stringify(reading) === JSON.stringify(USUAL);

/**
 * What a user reads in a line of a log, by what they chose for the room, else for all rooms; undefined: as usual.
 * @param all and `room` are JSON as rows keep it
 */
export function readingFor(all: string | null, room: string | null): Reading | undefined {
  if (!`${all}${room}`.includes('"reading"')) return undefined; // for nearly everybody, without parsing
  const reading = parsedChoices(room).reading ?? parsedChoices(all).reading;
  return reading && !isUsual(reading) ? reading : undefined;
}

/** The place of each part, as the form has it; empty for one that is left out. */
export const placesOfReading = ({ parts }: Reading): Partial<Record<Part, string>> =>
  Object.fromEntries(parts.map((part, index) => [part, String(index + 1)]));

/** Saves what is read in all rooms. Runs inside a transaction. @throws Invalid, and as `lockActor` */
export async function saveReading(em: EntityManager, actor: User, typed: TypedSaid): Promise<void> {
  const user = await lockActor(em, actor);
  const { reading: _, ...others } = parsedChoices(user.announcements);
  const reading = checkedReading(typed, announcementsOf(user).reading ?? USUAL);
  await em.nativeUpdate(User, { id: user.id }, { announcements: JSON.stringify({ ...others, reading }) });
}

/** Saves what is read in one room. Runs inside a transaction. @throws Invalid, and as `lockActor` */
export async function saveReadingIn(
  em: EntityManager,
  memberRoom: MemberRoom,
  typed: TypedSaid,
): Promise<void> {
  const { user, own } = await lockChoices(em, memberRoom);
  const reading = checkedReading(typed, own.reading ?? announcementsOf(user).reading ?? USUAL);
  await keepIn(em, memberRoom, { ...own, reading });
}

/** Deletes what was chosen for a room: what is read in all rooms applies. Runs inside a transaction. @throws as `lockActor` */
export async function clearReadingIn(em: EntityManager, memberRoom: MemberRoom): Promise<void> {
  const { reading: _, ...others } = (await lockChoices(em, memberRoom)).own;
  await keepIn(em, memberRoom, others);
}

const keepIn = (em: EntityManager, memberRoom: MemberRoom, chosen: object) =>
  em.nativeUpdate(Membership, ofMember(memberRoom), {
    announcements: Object.keys(chosen).length > 0 ? JSON.stringify(chosen) : null,
  });

function checkedReading(typed: TypedSaid, current: Reading): Reading {
  const yesNo = { yes: true, no: false };
  return collectProblems({
    parts: () => checkedParts(typed),
    notices: () => chosenOption('notices', typed, yesNo, current.notices),
    own: () => chosenOption('own', typed, yesNo, current.own),
  });
}

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
import { checkedParts, PARTS, presetOf, type PRESETS, type TypedSaid } from './said.ts';
import { lockActor, User } from './user.ts';

/** The log as it is for users who have chosen nothing. */
export const USUAL: Reading = {
  parts: ['sender', 'to', 'time', 'text', 'image'],
  notices: true,
  own: true,
};

/** Choices that belong together, and their names: those of what is said, for the log. */
export const READING_PRESETS = {
  usual: { name: 'Usual', choices: USUAL },
  brief: { name: 'Brief', choices: { parts: ['sender', 'text'], notices: false, own: true } },
  everything: {
    name: 'Everything',
    choices: { parts: Object.keys(PARTS) as Part[], notices: true, own: true },
  },
  braille: { name: 'Braille', choices: { parts: ['text', 'sender', 'image'], notices: true, own: true } },
} satisfies Record<keyof typeof PRESETS, { name: string; choices: Reading }>;

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
  await keep(em, user, checkedReading(typed, announcementsOf(user).reading ?? USUAL));
}

/** Saves choices that belong together. Runs inside a transaction. @throws NotFound if there are none of this name, and as `lockActor` */
export async function saveReadingPreset(em: EntityManager, actor: User, name: string): Promise<void> {
  const { choices } = presetOf<{ choices: Reading }>(READING_PRESETS, name);
  await keep(em, await lockActor(em, actor), choices);
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

/** As `saveReadingPreset`, for one room. */
export async function saveReadingPresetIn(
  em: EntityManager,
  memberRoom: MemberRoom,
  name: string,
): Promise<void> {
  const { choices: reading } = presetOf<{ choices: Reading }>(READING_PRESETS, name);
  const { own } = await lockChoices(em, memberRoom);
  await keepIn(em, memberRoom, { ...own, reading });
}

/** Deletes what was chosen for a room: what is read in all rooms applies. Runs inside a transaction. @throws as `lockActor` */
export async function clearReadingIn(em: EntityManager, memberRoom: MemberRoom): Promise<void> {
  const { reading: _, ...others } = (await lockChoices(em, memberRoom)).own;
  await keepIn(em, memberRoom, others);
}

function keep(em: EntityManager, { id, announcements }: User, reading: Reading): Promise<number> {
  const chosen = { ...parsedChoices(announcements), reading };
  return em.nativeUpdate(User, { id }, { announcements: JSON.stringify(chosen) });
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

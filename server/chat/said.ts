import type { EntityManager } from '@mikro-orm/core';
import {
  type Announcements,
  announcementsOf,
  choicesIn,
  DEFAULTS,
  keepIn,
  type Part,
} from './announcements.ts';
import { chosenOption, collectProblems } from './checks.ts';
import { Invalid, NotFound } from './errors.ts';
import type { MemberRoom } from './membership.ts';
import { lockActor, User } from './user.ts';

/** What can be said of a message, with the words of the form, in the usual order. */
export const PARTS: Record<Part, string> = {
  number: 'The number of the message',
  sender: 'The sender',
  to: 'To whom it answers',
  time: 'The time',
  text: 'The text',
  image: 'The words of an image or file',
  links: 'How many links it has',
};
const NAMES = Object.keys(PARTS) as Part[];
const PLACES = Object.fromEntries(NAMES.map((_, index) => [String(index + 1), index + 1]));

/** How often messages are said, at most: seconds by the value of the form. */
const PACES = { '': undefined, 5: 5, 15: 15, 30: 30, 60: 60 } as const;

/** Choices that belong together, and their names. */
export const PRESETS = {
  usual: { name: 'Usual', choices: DEFAULTS },
  brief: { name: 'Brief', choices: { ...DEFAULTS, parts: ['sender', 'text'], every: 15 } },
  everything: {
    name: 'Everything',
    choices: { ...DEFAULTS, notices: true, parts: NAMES, own: true },
  },
  braille: { name: 'Braille', choices: { ...DEFAULTS, parts: ['text', 'sender', 'image'], every: 5 } },
} satisfies Record<string, { name: string; choices: Announcements }>;

/** The fields of the form: `place-` with the name of a part is its place, or empty. */
export type TypedSaid = Partial<Record<string, string>>;

/** The place of each part, as the form has it; empty for one that is not said. */
export function placesOf({ parts, first, time }: Announcements): Record<Part, string> {
  const withTime: Part[] = time ? ['time'] : [];
  const usual: Part[] =
    first === 'text' ? ['text', 'image', 'sender', ...withTime] : ['sender', ...withTime, 'text', 'image'];
  const said = parts?.length ? parts : usual;
  return Object.fromEntries(NAMES.map((name) => [name, String(said.indexOf(name) + 1 || '')])) as Record<
    Part,
    string
  >;
}

/**
 * Saves what is said of a message, in which order and how often, for all rooms. Runs inside a transaction.
 * @throws Invalid, and as `lockActor`
 */
export async function saveSaid(em: EntityManager, actor: User, typed: TypedSaid): Promise<void> {
  const user = await lockActor(em, actor);
  await keep(em, user, checkedSaid(typed, announcementsOf(user)));
}

/** As `saveSaid`, for one room. */
export async function saveSaidIn(em: EntityManager, memberRoom: MemberRoom, typed: TypedSaid): Promise<void> {
  await keepIn(em, memberRoom, checkedSaid(typed, choicesIn(memberRoom)));
}

/** @throws Invalid for each field that is wrong */
function checkedSaid(typed: TypedSaid, current: Announcements): Announcements {
  const { every, own, notify, ...checked } = collectProblems({
    parts: () => checkedParts(typed),
    every: () => chosenOption('every', typed, PACES, current.every as 5 | 15 | 30 | 60 | undefined),
    own: () => chosenOption('own', typed, { yes: true, no: false }, current.own ?? false),
    notify: () => chosenOption('notify', typed, { yes: true, no: false }, current.notify ?? false),
    notices: () => chosenOption('notices', typed, { yes: true, no: false }, current.notices),
  });
  const { every: _every, own: _own, notify: _notify, ...others } = current;
  const optional = { ...(every && { every }), ...(own && { own }), ...(notify && { notify }) };
  return { ...others, ...checked, ...optional };
}

/** Parts that have the same place are said in the usual order. @throws Invalid for each field that is wrong */
export function checkedParts(typed: TypedSaid): Part[] {
  const placeOf = (name: Part) =>
    chosenOption(
      `place-${name}`,
      { [`place-${name}`]: typed[`place-${name}`] ?? '' },
      { '': 0, ...PLACES },
      0,
    );
  const places = collectProblems(
    Object.fromEntries(NAMES.map((name) => [name, () => placeOf(name)])) as Record<Part, () => number>,
  );
  const parts = NAMES.filter((name) => places[name] > 0).toSorted((a, b) => places[a] - places[b]);
  if (parts.length === 0)
    throw new Invalid({
      'place-sender':
        'Give at least one part a place. To hear nothing of messages, choose that in the announcements.',
    });
  return parts;
}

/** Saves choices that belong together. Runs inside a transaction. @throws NotFound if there are none of this name, and as `lockActor` */
export async function savePreset(em: EntityManager, actor: User, name: string): Promise<void> {
  const { choices } = presetOf(PRESETS, name);
  const user = await lockActor(em, actor);
  const { sound, reading } = announcementsOf(user);
  await keep(em, user, { ...choices, ...(sound && { sound }), ...(reading && { reading }) });
}

/** As `savePreset`, for one room. */
export async function savePresetIn(em: EntityManager, memberRoom: MemberRoom, name: string): Promise<void> {
  await keepIn(em, memberRoom, presetOf(PRESETS, name).choices);
}

/** @throws NotFound if there is none of this name */
export function presetOf<Preset>(presets: Record<string, Preset>, name: string): Preset {
  if (!Object.hasOwn(presets, name)) throw new NotFound('There is no such preset. Choose one from the page.');
  return presets[name]!;
}

const keep = (em: EntityManager, { id }: User, announcements: Announcements) =>
  em.nativeUpdate(User, { id }, { announcements: JSON.stringify(announcements) });

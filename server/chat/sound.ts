import type { EntityManager } from '@mikro-orm/core';
import { announcementsOf, type Sound, type SoundEvent } from './announcements.ts';
import { chosenOption, collectProblems } from './checks.ts';
import { lockActor, User } from './user.ts';

/** The sets of sounds, with the words of the form; without one there is no sound. */
export const SETS = {
  '': 'No sounds',
  soft: 'Soft',
  sharp: 'Sharp, for the hard of hearing',
  '2000s': 'As in the 2000s',
} as const;

/** What can be heard as a sound, with the words of the form. */
export const EVENTS: Record<SoundEvent, string> = {
  message: 'A message',
  mention: 'A message that mentions or answers you',
  sent: 'Your message is sent',
  entered: 'Somebody enters',
  trouble: 'Something went wrong',
};
const NAMES = Object.keys(EVENTS) as SoundEvent[];

export const LOUDNESS = { 1: 'Quiet', 2: 'Medium', 3: 'Loud' } as const;

/** What the form begins with. */
export const SUGGESTED: Omit<Sound, 'set'> = { events: ['message', 'mention', 'trouble'], loudness: 2 };

/** The fields of the form: `event-` with the name of an event is `yes`, or not sent. */
export type TypedSound = Partial<Record<string, string>>;

/** Saves which sounds are heard in rooms. Runs inside a transaction. @throws Invalid, and as `lockActor` */
export async function saveSound(em: EntityManager, actor: User, typed: TypedSound): Promise<void> {
  const user = await lockActor(em, actor);
  const { sound: _, ...others } = announcementsOf(user);
  const sets = { '': undefined, soft: 'soft', sharp: 'sharp', '2000s': '2000s' } as const;
  const { set, loudness, instead } = collectProblems({
    set: () => chosenOption<Sound['set'] | undefined>('set', typed, sets, undefined),
    loudness: () => chosenOption<Sound['loudness']>('loudness', typed, { 1: 1, 2: 2, 3: 3 }, 2),
    instead: () => chosenOption('instead', typed, { yes: true, no: false }, false),
  });
  const events = NAMES.filter((name) => typed[`event-${name}`] === 'yes');
  const sound = set && { set, events, loudness, ...(instead && { instead }) };
  const announcements = JSON.stringify({ ...others, ...(sound && { sound }) });
  await em.nativeUpdate(User, { id: user.id }, { announcements });
}

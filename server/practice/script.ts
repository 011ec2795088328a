import { isWellFormed, lengthOf } from '../text/characters.ts';
import type { EntryView } from '../view/entry.ts';
import type { Scene } from './scene.ts';
import { type Cue, READER, STEPS } from './steps.ts';

/** The time of the first entry, always the same. */
const BEGIN = Date.parse('2026-01-05T09:00:00.000Z');
const MINUTE_MS = 60_000;
/** Steps in the page's address. */
const MOST_STEPS = 20;
const FIRST: Cue[] = (['Ana', 'Bo', 'Cem'] as const).map((author) => ({
  second: 0,
  kind: 'entered',
  author,
  body: `${author} entered the room.`,
}));

/** A message of the user is a step too. Its name contains the text, because the server stores nothing. */
const SAY_STEP = /^say-([\w-]{1,1100})$/;
/** Messages of the user in the page's address, which has to stay short. */
const MOST_SAY_STEPS = 4;
/** Characters in a message of the user. */
export const LONGEST_MESSAGE = 200;

/** An entry of the log. It appears `second` seconds after its step begins. */
export type ScriptedLine = EntryView & Pick<Cue, 'second' | 'image' | 'file'>;

/** The step that plays a scene, on the page of the scene. */
export const BEGIN_STEP = 'begin';

/** Returns the name of the step in which the user posts a message. */
export function sayStep(text: string): string {
  return `say-${Buffer.from(text).toString('base64url')}`;
}

/** Returns the message of a step; undefined if the step is not a message of the user. */
function messageIn(step: string): string | undefined {
  const text = Buffer.from(SAY_STEP.exec(step)?.[1] ?? '', 'base64url').toString();
  return text && lengthOf(text) <= LONGEST_MESSAGE && isWellFormed(text) ? text : undefined;
}

/** Returns the last steps of a list such as `one.three`. Unknown ones are left out. @param scene on whose page it is */
export function stepsOf(done: string, scene?: Scene): string[] {
  const isKnown = (name: string) => (scene ? name === BEGIN_STEP : Object.hasOwn(STEPS, name));
  const steps = done
    .split('.')
    .filter((name) => isKnown(name) || messageIn(name) !== undefined)
    .slice(-MOST_STEPS);
  const saySteps = steps.filter((name) => !isKnown(name)).length;
  let tooMany = saySteps - MOST_SAY_STEPS;
  return steps.filter((name) => isKnown(name) || tooMany-- <= 0);
}

/** Returns the log after these steps, as a list of entries for each. The first list was there before them. */
export function script(steps: string[], reader: string, scene?: Scene): ScriptedLine[][] {
  let seq = 0;
  const first = [...FIRST, ...(scene?.before ?? [])];
  const authors = new Map<number, string>();
  const cuesOf = (step: string): Cue[] =>
    (scene && step === BEGIN_STEP ? scene.cues : STEPS[step]?.cues) ?? [
      { second: 0, kind: 'message', author: READER, body: messageIn(step) ?? '' },
    ];
  const lineOf = ({ reply, author, body, ...cue }: Cue, minute: number): ScriptedLine => {
    seq += 1;
    const isOwn = author === READER;
    const name = isOwn ? reader : author;
    authors.set(seq, name);
    return {
      ...cue,
      seq,
      author: name,
      body: isOwn ? body : body.replaceAll(READER, reader),
      ...(body.includes(`@${READER}`) && { mentions: [{ name: reader, username: reader }] }),
      ...(reply && { reply: { seq: reply, author: authors.get(reply)! } }),
      at: new Date(BEGIN + minute * MINUTE_MS + cue.second * 1000).toISOString(),
    };
  };
  return [first, ...steps.map(cuesOf)].map((cues, minute) => cues.map((cue) => lineOf(cue, minute)));
}

/** Returns who is in the room at the end of the log, in the order in which they entered. */
export function presentAfter([before = [], ...log]: ScriptedLine[][], reader: string): string[] {
  const present = new Set([...before.map(({ author }) => author), reader]);
  for (const { kind, author } of log.flat()) {
    if (kind === 'left') present.delete(author);
    if (kind === 'entered') present.add(author);
  }
  return [...present];
}

import { isWellFormed, lengthOf } from '../chat/text.ts';
import type { Line } from '../view.ts';
import { STEPS, type Scene } from './steps.ts';

/** When the practice room begins, on the same day each time. */
const BEGIN = Date.parse('2026-01-05T09:00:00.000Z');
const MINUTE_MS = 60_000;
/** So many steps are kept on the page. */
const MOST_STEPS = 20;
const FIRST: Scene[] = (['Ana', 'Bo', 'Cem'] as const).map((author) => ({
  second: 0,
  kind: 'entered',
  author,
  body: `${author} entered the room.`,
}));

/** What the reader says is a step too, and has its text in its name, since nothing is kept. */
const OWN = /^say-([\w-]{1,1100})$/;
/** So many of those are kept on the page, for its address to stay short. */
const MOST_OWN = 4;
/** How many characters a message of the reader's may have here. */
export const LONGEST_OWN = 200;

/** An entry of the log, so many seconds after its step began. */
export type ScriptedLine = Line & Pick<Scene, 'second' | 'image'>;

/** The name of the step in which the reader says something. */
export function saying(text: string): string {
  return `say-${Buffer.from(text).toString('base64url')}`;
}

/** What the reader says in a step; undefined where it is none of those. */
function saidIn(step: string): string | undefined {
  const text = Buffer.from(OWN.exec(step)?.[1] ?? '', 'base64url').toString();
  return text && lengthOf(text) <= LONGEST_OWN && isWellFormed(text) ? text : undefined;
}

/** The steps that an address such as `one.three` names, the latest of them. What is none is left out. */
export function stepsOf(done: string): string[] {
  const steps = done
    .split('.')
    .filter((name) => Object.hasOwn(STEPS, name) || saidIn(name) !== undefined)
    .slice(-MOST_STEPS);
  const own = steps.filter((name) => !Object.hasOwn(STEPS, name)).length;
  let tooMany = own - MOST_OWN;
  return steps.filter((name) => Object.hasOwn(STEPS, name) || tooMany-- <= 0);
}

/** The log of this reader after these steps: for each, what came with it. The first is what was there before. */
export function script(steps: string[], reader: string): ScriptedLine[][] {
  let seq = 0;
  const scenesOf = (step: string) =>
    STEPS[step]?.scenes ?? [{ second: 0, kind: 'message', author: reader, body: saidIn(step) ?? '' }];
  return [FIRST, ...steps.map(scenesOf)].map((scenes, minute) =>
    scenes.map((scene) => {
      seq += 1;
      return { ...scene, seq, at: new Date(BEGIN + minute * MINUTE_MS + scene.second * 1000).toISOString() };
    }),
  );
}

/** Who is in the room after all of that, in the order in which they entered: the reader after those who were there before. */
export function presentAfter([before = [], ...log]: ScriptedLine[][], reader: string): string[] {
  const present = new Set([...before.map(({ author }) => author), reader]);
  for (const { kind, author } of log.flat()) {
    if (kind === 'left') present.delete(author);
    if (kind === 'entered') present.add(author);
  }
  return [...present];
}

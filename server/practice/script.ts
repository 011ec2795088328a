import type { Line } from '../view.ts';
import { STEPS, type Scene } from './steps.ts';

/** When the practice room begins, on the same day each time. */
const BEGIN = Date.parse('2026-01-05T09:00:00.000Z');
const MINUTE_MS = 60_000;
/** So many steps are kept on the page. */
const MOST_STEPS = 20;
const FIRST: Scene[] = (['Ana', 'Bo', 'Cem'] as const).map((author) => ({ second: 0, kind: 'entered', author, body: `${author} entered the room.` }));

/** An entry that a scripted person made, so many seconds after its step began. */
export type ScriptedLine = Line & Pick<Scene, 'second' | 'image'>;

/** The steps that an address such as `one.three` names, the latest of them. What is none is left out. */
export function stepsOf(done: string): string[] {
  return done.split('.').filter((name) => Object.hasOwn(STEPS, name)).slice(-MOST_STEPS);
}

/** The log after these steps: for each, what came with it. The first is what was there before. */
export function script(steps: string[]): ScriptedLine[][] {
  let seq = 0;
  return [FIRST, ...steps.map((name) => STEPS[name]!.scenes)].map((scenes, minute) => scenes.map((scene) => {
    seq += 1;
    return { ...scene, seq, at: new Date(BEGIN + minute * MINUTE_MS + scene.second * 1000).toISOString() };
  }));
}

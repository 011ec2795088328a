import type { Shown } from '../chat/entry.ts';
import { STEPS, type Scene } from './steps.ts';

/** When the practice room begins, on the same day each time. */
const BEGIN = Date.parse('2026-01-05T09:00:00.000Z');
const MINUTE_MS = 60_000;
/** So many steps are kept on the page. */
const MOST_STEPS = 20;

/** An entry that a scripted person made. */
export type Scripted = Shown & Pick<Scene, 'second' | 'lang'>;

/** The steps that an address such as `one.three` names, the latest of them. What is none is left out. */
export function stepsOf(done: string): string[] {
  return done.split('.').filter((name) => Object.hasOwn(STEPS, name)).slice(-MOST_STEPS);
}

/** The log after these steps: for each, what came with it. The first is what was there before. */
export function script(steps: string[]): Scripted[][] {
  const first: Scene[] = (['Ana', 'Bo', 'Cem'] as const).map((author) => ({ second: 0, kind: 'entered', author }));
  let seq = 0;
  return [first, ...steps.map((name) => STEPS[name]!.scenes)].map((scenes, minute) => scenes.map((scene) => {
    seq += 1;
    const { author: username, body = '', ...rest } = scene;
    return { ...rest, body, seq, at: new Date(BEGIN + minute * MINUTE_MS + scene.second * 1000), room: { id: 0 }, author: { id: 0, username } };
  }));
}

import { MESSAGE_SCENES } from './message-scenes.ts';
import { ROOM_SCENES } from './room-scenes.ts';
import type { Scene } from './scene.ts';
import { READER } from './steps.ts';

/** All scenes; the first has the number 1. Testers refer to numbers, so new ones go to the end. */
export const SCENES: readonly Scene[] = [...MESSAGE_SCENES, ...ROOM_SCENES];

/** The number of a scene in an address or an import; undefined if there is no such scene. */
export function sceneNumber(text: unknown): number | undefined {
  const number = /^[1-9]\d?$/.test(String(text)) ? Number(text) : NaN;
  return number <= SCENES.length ? number : undefined;
}

export const sceneOf = (number: number): Scene => SCENES[number - 1]!;

/** What the page announces in a scene by default. */
export const heardIn = (number: number, reader: string): string[] =>
  sceneOf(number).heard.map((text) => text.replaceAll(READER, reader));

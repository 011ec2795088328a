import type { StateInline } from 'markdown-it';
import { characterAt, characterBefore, mayBeginAfter, mayEndBefore } from './surroundings.ts';

/** What a smiley is called for those who hear it, by its eyes and its mouth. A nose may stand between them. */
const NAMES: Record<string, string> = {
  ':)': 'smile',
  ';)': 'wink',
  ':(': 'sad face',
  ':D': 'laugh',
  ':P': 'tongue out',
  ':O': 'surprise',
  ':|': 'straight face',
  ":'(": 'tears',
  ":')": 'tears of joy',
};
const SMILEY = /:'-?[()]|[:;]-?[()DPO|](?!\w)/iy;
/** Only with a nose: without it, they are in addresses and in code. */
const NOSED = /:-[/\\](?!\w)/y;

const isMark = (character: string): boolean => character === '*' || character === '_';

/** A smiley as people typed it in the 2000s: it begins and ends where a word may, or at a mark. */
export function smiley(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (silent || !/[:;]/.test(src[pos]!)) return false;
  const [text, name] = smileyAt(src, pos);
  const [before, after] = [characterBefore(src, pos), characterAt(src, pos + text.length)];
  const isApart = (mayBeginAfter(before) || isMark(before)) && (mayEndBefore(after) || isMark(after));
  if (!name || !isApart) return false;
  Object.assign(state.push('smiley', '', 0), { content: text, info: name });
  state.pos += text.length;
  return true;
}

/** The smiley that begins at this place, and its name; without a name if there is none. */
function smileyAt(text: string, at: number): [text: string, name: string | undefined] {
  SMILEY.lastIndex = NOSED.lastIndex = at;
  const unsure = NOSED.exec(text)?.[0];
  if (unsure) return [unsure, 'unsure'];
  const typed = SMILEY.exec(text)?.[0] ?? '';
  return [typed, NAMES[typed.replace('-', '').toUpperCase()]];
}

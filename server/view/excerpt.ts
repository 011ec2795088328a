import { folded } from '../text/folded.ts';

/** Characters of a message that a list of hits shows. */
const LONGEST = 240;
/** Of those, how many stand before the first hit. */
const BEFORE = 60;

/** A part of a text. */
export interface ExcerptPart {
  text: string;
  /** Whether it is one of the words that were searched. */
  isHit: boolean;
}

/** A character with the marks that follow it. */
const UNIT = /\P{M}\p{M}*|\p{M}+/gsu;

/**
 * Returns what a list of hits shows of a message: the words that were found, and what stands around them.
 * @param words folded
 */
export function excerpt(text: string, words: string[]): ExcerptPart[] {
  const units = text.match(UNIT) ?? [];
  const { whole, unitAt } = foldedUnits(units);
  const isHit = Array<boolean>(units.length).fill(false);
  for (const word of words)
    for (let at = whole.indexOf(word); at >= 0; at = whole.indexOf(word, at + word.length))
      isHit.fill(true, unitAt[at], unitAt[at + word.length - 1]! + 1);
  const first = Math.max(isHit.indexOf(true), 0);
  const from = units.length <= LONGEST || first <= BEFORE ? 0 : wordStart(units, first - BEFORE, first);
  const to = Math.min(from + LONGEST, units.length);
  const parts: ExcerptPart[] = [];
  const add = (text: string, isHit: boolean) => {
    const last = parts.at(-1);
    if (last?.isHit === isHit) last.text += text;
    else parts.push({ text, isHit });
  };
  if (from > 0) add('… ', false);
  for (let index = from; index < to; index += 1) add(units[index]!, isHit[index]!);
  if (to < units.length) add(' …', false);
  return parts;
}

/** The folded text, and for each of its positions the unit that it came from. */
function foldedUnits(units: string[]): { whole: string; unitAt: number[] } {
  const unitAt: number[] = [];
  let whole = '';
  for (const [index, unit] of units.entries()) {
    const part = folded(unit);
    if (part === ' ' && whole.endsWith(' ')) continue;
    whole += part;
    while (unitAt.length < whole.length) unitAt.push(index);
  }
  return { whole, unitAt };
}

/** Where the next word begins after `from`; `from` itself if there is no space before `end`. */
function wordStart(units: string[], from: number, end: number): number {
  const space = units.slice(from, end).findIndex((unit) => /\s/.test(unit));
  return space < 0 ? from : from + space + 1;
}

import { fold } from './characters.ts';
import { characterAt, characterBefore, isUnspaced } from './surroundings.ts';

/** The users that a text may mention: from the folded name in the text to the current username. */
export type Names = ReadonlyMap<string, string>;

/** The sign of a mention, also as Japanese keyboards type it. */
export const AT_SIGNS = '@＠﹫';
/** More than the longest username, because typed text may be shorter in NFKC. */
const LONGEST_TYPED_NAME = 64;
/** How much is looked at on both sides of a name to find out whether it belongs to something longer. */
const LONGEST_SIDE = 64;

/** A sign that joins what stands before an `@` to it, as in `x.example/@ada`, `self.@ada`, `v=@ada`. */
const JOINED_BEFORE = /[\p{L}\p{M}\p{N}][._\-/\\#=+~%&?$]+$/u;
const SIGN_BEFORE = /[._\-/\\#=+~%&?$]/;
/** What some keyboards and copied names have inside a name, and nobody sees: joiners, and the soft hyphen. */
const UNSEEN = /[\u00ad\u200c\u2060\u200d]/;
/** Several people: `@ada/@grace`, `@ada&@grace`, `@ada+@grace`. */
const AFTER_A_MENTION = /(?:^|[\s(])(?:[@＠﹫][^\s@＠﹫/&+]+[/&+])+$/u;
/** A sign that joins a name to what stands after it, as in `@ada.example`, `@ada@host`, `@types/node`, `@ada#1234`. */
const JOINED_AFTER =
  /^[._-]*(?:[@＠﹫]|[/\\#=+~%&$|]*)[\p{L}\p{M}\p{N}]|^:(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}]|^:\/\/|^:\d/u;

/** Whether the text has a sign that may begin a mention. */
export const mayMention = (text: string): boolean => /[@＠﹫]/.test(text);

/** The places of the signs in a text that may begin a mention. */
export function* signsIn(text: string): Generator<number> {
  for (let at = 0; at < text.length; at += 1) if (AT_SIGNS.includes(text[at]!)) yield at;
}

/**
 * Returns the folded names that an `@` at this place may mean, the longest first, each with its end. A
 * name ends with its word, or before punctuation that names may have, as in `@ada.`. An `@` that belongs to
 * something longer on either side means no name, as in an email address.
 */
export function namesAt(text: string, at: number): { key: string; end: number }[] {
  return endsAt(text, at).map((end) => ({ key: fold(text.slice(at + 1, end)), end }));
}

/** Where the names end that an `@` at this place may mean, the last first. */
export function endsAt(text: string, at: number): number[] {
  if (belongsToWordBefore(text, at)) return [];
  const ends: number[] = [];
  let end = at + 1;
  let length = 0;
  for (const letter of text.slice(end, end + 2 * LONGEST_TYPED_NAME)) {
    const isUnseen = UNSEEN.test(letter);
    if (length === LONGEST_TYPED_NAME || !(isUnseen || /[\p{L}\p{M}\p{Nd}_.-]/u.test(letter))) break;
    length += 1;
    end += letter.length;
    if (!isUnseen && mayNameEnd(text, letter, end)) ends.push(end);
  }
  return ends.toReversed();
}

function belongsToWordBefore(text: string, at: number): boolean {
  const before = characterBefore(text, at);
  if (isUnspaced(before)) return false;
  if (/[\p{L}\p{M}\p{N}]/u.test(before)) return true;
  if (!SIGN_BEFORE.test(before)) return false;
  const preceding = text.slice(Math.max(0, at - LONGEST_SIDE), at);
  if (AFTER_A_MENTION.test(preceding)) return false;
  return before === '/' || JOINED_BEFORE.test(preceding);
}

function mayNameEnd(text: string, last: string, end: number): boolean {
  const next = characterAt(text, end);
  if (/\p{M}/u.test(next)) return false;
  if (/[\p{L}\p{N}]/u.test(next)) return isUnspaced(last + next);
  return !JOINED_AFTER.test(text.slice(end, end + LONGEST_SIDE));
}

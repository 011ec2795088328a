/** Scripts without spaces between words: a name or a mark may stand inside what looks like one word. */
const UNSPACED_SCRIPT = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc`;
const UNSPACED = new RegExp(`[${UNSPACED_SCRIPT}]`, 'u');
/** Punctuation of East Asian writing, which has no space after it. */
const WIDE_PUNCTUATION = String.raw`\u3001-\u3003\u3008-\u3011\u3014-\u301f\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff3d\uff5b-\uff65`;
/** Spaces, and characters without width beside which a word begins or ends: marks of direction among them. */
const SPACE = String.raw`\p{Z}\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff`;

const BEFORE = new RegExp(
  String.raw`[${SPACE}${UNSPACED_SCRIPT}${WIDE_PUNCTUATION}\p{Ps}\p{Pi}\p{Pf}\p{Quotation_Mark}¿¡]`,
  'u',
);
const AFTER = new RegExp(
  String.raw`[${SPACE}${UNSPACED_SCRIPT}${WIDE_PUNCTUATION}\p{Pe}\p{Pi}\p{Pf}\p{Quotation_Mark}\p{Terminal_Punctuation}…]`,
  'u',
);
const SPACES = new RegExp(`[${SPACE}]`, 'u');

/** The character that ends at this place; '' at the start of the text. */
export function characterBefore(text: string, at: number): string {
  const pair = text.slice(Math.max(0, at - 2), at);
  return pair.length === 2 && pair.codePointAt(0)! > 0xffff ? pair : pair.slice(-1);
}

/** The character that begins at this place; '' at the end of the text. */
export function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** Whether a word, a mark or a mention may begin after this character: a start, a space, an opening bracket or quote. */
export const mayBeginAfter = (character: string): boolean => character === '' || BEFORE.test(character);

/** Whether it may end before this character: an end, a space, a closing bracket or quote, the end of a sentence. */
export const mayEndBefore = (character: string): boolean => character === '' || AFTER.test(character);

/** Whether there is no character, or one that shows nothing and separates words. */
export const isSpace = (character: string): boolean => character === '' || SPACES.test(character);

/** Whether one of the characters is of a script without spaces between words. */
export const isUnspaced = (characters: string): boolean => UNSPACED.test(characters);

/** Whether a quotation mark that looks the same on both sides, as `"`, opens rather than closes: nothing is before it. */
export const isOpeningQuote = (text: string, at: number): boolean =>
  /["'`]/.test(text[at] ?? '') && mayBeginAfter(characterBefore(text, at));

/** Characters that fonts show as nothing, though Unicode counts them among letters and symbols. */
const BLANK = String.raw`\u2800\ufffc\u{1d159}\u{13441}\u{13442}`;
const VISIBLE = new RegExp(
  String.raw`[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}${BLANK}]`,
  'u',
);
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu;

/** Whether the text can be stored and shown: no NUL, no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Whether the text shows anything: at least one character that is no space, mark, control or invisible one. */
export function hasVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** The length in code points, which users count as characters; not in UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Returns at most `longest` characters of a text, with `…` if it is longer. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let length = 0;
  let end = 0; // a character is one or two UTF-16 units
  for (const character of text) {
    if (length === longest) return `${text.slice(0, end)}…`;
    length += 1;
    end += character.length;
  }
  return text;
}

/** Returns the text without characters that nobody sees: joiners, marks of direction, variation selectors. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/**
 * Returns the same key for names that users would confuse, and the key for itself. NFKC unifies look-alike
 * widths. Lower case first, then upper, then lower again, unifies ß, ẞ and SS; the rest both small sigmas,
 * and the Turkish İ and ı with i.
 */
export function fold(text: string): string {
  const key = foldOnce(text);
  const again = foldOnce(key);
  return again === key ? key : foldOnce(again);
}

const foldOnce = (text: string): string =>
  withoutInvisible(text.normalize('NFKC'))
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll('i\u0307', 'i')
    .normalize('NFKC');

/**
 * The scripts whose combining marks people leave out as they please: accents, breathings and breves, the
 * points of Hebrew, the vowel signs of Arabic and Syriac (The Unicode Standard, chapters 7 and 9). Accents that
 * several scripts share are `Inherited`. In all other scripts a mark is a letter, or a part of one: the
 * vowel signs of India, Tibet and South-East Asia, the tones of Thai and Lao (chapters 12 to 16).
 */
const ACCENTED = ['Inherited', 'Latin', 'Greek', 'Coptic', 'Cyrillic', 'Glagolitic', 'Hebrew', 'Samaritan']
  .concat('Arabic', 'Syriac', 'Mandaic', 'Ethiopic', 'Hangul', 'Common')
  .map((script) => String.raw`\p{sc=${script}}`)
  .join('');
/** Inherited, but letters: か and が differ by the voiced sound mark of Japanese (chapter 18). */
const LETTERS = String.raw`\u3099\u309a`;
/** The dot of borrowed sounds in Devanagari and Gurmukhi, which is written or left out: ज़रूर, जरूर (chapter 12). */
const NUKTAS = String.raw`\u093c\u0a3c`;
const ACCENTS = new RegExp(String.raw`(?![${LETTERS}])(?=\p{M})[${ACCENTED}${NUKTAS}]`, 'gu');

/** As `fold`, and without accents: what users type to find a name or a text by a part of it. */
export function searchKey(text: string): string {
  return fold(text).normalize('NFD').replace(ACCENTS, '').normalize('NFC');
}

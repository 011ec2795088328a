import { searchKey } from './characters.ts';

const NOT_ASCII = /[^\0-\x7f]/;
/** Characters that nobody sees: soft hyphens, joiners, directions. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** What is not folded to itself, among spaces. */
const UNUSUAL_SPACE = /\s\s|[^\S ]/;

/**
 * A text as search compares it: without case, accents, and what nobody sees; with one space
 * for each run of spaces and line breaks. A part of a text is folded to a part of the folded text.
 */
export function folded(text: string): string {
  const plain = NOT_ASCII.test(text)
    ? searchKey(text.replace(INVISIBLE, '')).replaceAll('ς', 'σ') // the end of a part need not be the end of a word
    : text.toLowerCase();
  return UNUSUAL_SPACE.test(plain) ? plain.replace(/\s+/g, ' ') : plain;
}

/** The folded words of what was typed into a search field: `"two words"` is one, and all other signs stand for themselves. */
export function wordsIn(typed: string): string[] {
  const words = [...typed.matchAll(/"([^"]+)"|\S+/g)].map(([all, quoted]) => folded((quoted ?? all).trim()));
  return [...new Set(words)].filter((word) => word.trim() !== '');
}

import type { Token } from 'markdown-it';

/** What a text browser could show as the bullet of an entry, at the start of a line. */
const BULLET = /^[\s\p{Z}\p{Cf}]*[*+\-=#@oO•·∙◦‣⁃○●▪▫■□◆◇][\s\p{Z}]/u;
const TIME = /\d\s?[:.]\s?\d\d/;

/** Whether a line of a message, shown without style sheets, could be taken for an entry by somebody else. */
export const looksLikeEntry = (line: string): boolean => BULLET.test(line);

/**
 * Adds signs that only browsers without style sheets show: `>` at each line of a quotation, and `|` where a
 * line could be taken for an entry of the log. A token `sign` has the sign as its content.
 * @param tokens the blocks of a text
 */
export function withSigns(tokens: Token[]): Token[] {
  let quotes = 0;
  const signed: Token[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'blockquote_open') quotes += 1;
    if (token.type === 'blockquote_close') quotes -= 1;
    signed.push(token);
    const inItem = token.type === 'list_item_open';
    if (token.type !== 'break' && token.type !== 'paragraph_open' && !inItem) continue;
    const line = tokens[index + 1]?.content ?? '';
    const isFirst = index === 0;
    if (quotes > 0) signed.push(signOf('> '.repeat(quotes), token));
    else if (inItem ? TIME.test(line) : !isFirst && looksLikeEntry(line)) signed.push(signOf('| ', token));
  }
  return signed;
}

function signOf(content: string, beside: Token): Token {
  const token = Object.create(Object.getPrototypeOf(beside) as object) as Token;
  return Object.assign(token, { type: 'sign', content, nesting: 0, level: beside.level, children: null });
}

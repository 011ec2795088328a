import type { MarkdownIt, StateInline } from 'markdown-it';
import { fold } from './text.ts';

/** The people who may be mentioned: by their name, folded, the username that they have now. */
export type Names = ReadonlyMap<string, string>;

/** How deep strong and emphasised text may stand in each other. What is deeper stays as typed. */
const DEEPEST = 4;
const LINK = /\[([^[\]]+)\]\((https?:\/\/[^\s()<>"\p{C}]+(?:\([^\s()<>"\p{C}]*\)[^\s()<>"\p{C}]*)*)\)/iuy;

/** Scripts that have no spaces between words, so that a name or a mark may stand within what looks like one. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** More than a username has, since what is typed may be shorter in NFKC. */
const LONGEST_RUN = 64;

/** Teaches a grammar the marks that stand within a line. */
export function readLines(grammar: MarkdownIt): void {
  grammar.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  for (const schema of ['ftp:', '//', 'mailto:']) grammar.linkify.add(schema, null);
  grammar.validateLink = (href) => /^https?:\/\//i.test(href);
  grammar.normalizeLink = grammar.normalizeLinkText = (typed) => typed;
  grammar.inline.ruler.enable(['linkify', 'backticks', 'emphasis']);
  grammar.inline.ruler.at('emphasis', emphasis);
  grammar.inline.ruler.before('emphasis', 'link to', link);
  grammar.inline.ruler.before('emphasis', 'mention', mention);
  grammar.inline.ruler2.enable('emphasis');
  grammar.inline.ruler2.after('emphasis', 'depth', flatten);
}

/** `*strong*`, `**strong**` and `_emphasis_`; never within a word, where a script has spaces between words. */
function emphasis(state: StateInline, silent: boolean): boolean {
  const marker = state.src[state.pos]!;
  if (silent || (marker !== '*' && marker !== '_')) return false;
  const before = state.src[state.pos - 1] ?? '';
  const run = state.scanDelims(state.pos, false);
  const after = state.src[state.pos + run.length] ?? '';
  const {
    can_open: open,
    can_close: close,
    length,
  } = UNSPACED.test(before + after) ? state.scanDelims(state.pos, true) : run;
  const isMark = before !== '\\' && length <= (marker === '*' ? 2 : 1); // ¯\_(ツ)_/¯ has two arms
  for (let index = 0; index < length; index += 1) {
    const token = state.push('text', '', 0);
    token.content = marker;
    if (isMark)
      state.delimiters.push({
        marker: marker.charCodeAt(0),
        length,
        token: state.tokens.length - 1,
        end: -1,
        open,
        close,
      });
  }
  state.pos += length;
  return true;
}

/** Lets what is emphasised too deep be as typed, and says of the rest which it is. */
function flatten({ tokens }: StateInline): void {
  const deep: boolean[] = [];
  for (const token of tokens.filter(({ type }) => /^(em|strong)_/.test(type))) {
    if (token.nesting > 0) deep.push(deep.length >= DEEPEST);
    const isDeep = token.nesting > 0 ? deep.at(-1) : deep.pop();
    const tag = token.markup[0] === '*' ? 'strong' : 'em';
    Object.assign(
      token,
      isDeep
        ? { type: 'text', tag: '', nesting: 0, content: token.markup }
        : { type: token.type.replace(/^[a-z]+/, tag), tag },
    );
  }
}

/** `[text](https://…)`; followed by the host, unless the text is the address. */
function link(state: StateInline, silent: boolean): boolean {
  LINK.lastIndex = state.pos;
  const [whole, text = '', href = ''] =
    (state.src[state.pos] === '[' && state.src[state.pos - 1] !== '!' && LINK.exec(state.src)) || [];
  const host = whole && URL.parse(href)?.host;
  if (silent || !host || !/[\p{L}\p{N}\p{P}\p{S}]/u.test(text)) return false;
  const end = state.pos + whole.length;
  const max = state.posMax;
  state.push('link_open', 'a', 1).attrs = [['href', href]];
  state.pos += 1;
  state.posMax = state.pos + text.length;
  state.linkLevel += 1;
  state.md.inline.tokenize(state);
  state.linkLevel -= 1;
  state.push('link_close', 'a', -1);
  if (text !== href) state.push('host', '', 0).content = host;
  state.pos = end;
  state.posMax = max;
  return true;
}

/** `@username` of somebody who may be mentioned. */
function mention(state: StateInline, silent: boolean): boolean {
  if (silent || state.src[state.pos] !== '@' || state.linkLevel > 0) return false;
  const names = state.env.names as Names;
  const found = namesAt(state.src, state.pos).find(({ key }) => names.has(key));
  if (!found) return false;
  const token = state.push('mention', '', 0);
  token.content = state.src.slice(state.pos, found.end);
  token.info = found.key;
  state.pos = found.end;
  return true;
}

/**
 * The names, folded, that an `@` at this place may mean, the longest first, with where each ends. One
 * ends where its word does, or ahead of punctuation that names may have, as in `@ada.`; after a letter
 * or digit an `@` means none, as in addresses of email.
 */
export function namesAt(text: string, at: number): { key: string; end: number }[] {
  const before = text.slice(Math.max(0, at - 2), at);
  if (/[\p{L}\p{M}\p{N}]$/u.test(before) && !UNSPACED.test(before)) return [];
  const run: string[] = [];
  for (const letter of text.slice(at + 1, at + 1 + 2 * LONGEST_RUN)) {
    if (!/[\p{L}\p{M}\p{Nd}_.-]/u.test(letter)) break;
    run.push(letter);
  }
  const names = [];
  for (let length = Math.min(run.length, LONGEST_RUN); length > 0; length -= 1) {
    const [last = '', next = ''] = [run[length - 1], run[length]];
    if (/\p{M}/u.test(next) || (/[\p{L}\p{Nd}]/u.test(next) && !UNSPACED.test(last + next))) continue;
    const typed = run.slice(0, length).join('');
    names.push({ key: fold(typed), end: at + 1 + typed.length });
  }
  return names;
}

import type { MarkdownIt, StateInline, Token } from 'markdown-it';
import { hasVisible } from './characters.ts';
import { endOfAddress, hostOf, namesUser } from './links.ts';
import { AT_SIGNS, type Names, namesAt } from './mentions.ts';
import { smiley } from './smileys.ts';
import {
  characterAt,
  characterBefore,
  isOpeningQuote,
  isSpace,
  mayBeginAfter,
  mayEndBefore,
} from './surroundings.ts';

/** The deepest nesting of strong and emphasised text. Anything deeper stays as typed. */
const MAX_EMPHASIS_DEPTH = 4;
const LINK =
  /\[([^[\]]+)\]\((https?:\/\/[^\s()<>"\\\p{C}]+(?:\([^\s()<>"\\\p{C}]*\)[^\s()<>"\\\p{C}]*)*)\)/iuy;
/** Where a mark may begin. */
const NEXT_MARK = new RegExp(`[*_\`[:;${AT_SIGNS}]|https?://`, 'gi');
/** No mark begins before these, or ends after those: they are code, as `*.txt` and `src/*`. */
const NO_BEGINNING = /^(?:[/\\)\]}>=,;:!?|&%]|\.(?!\.))/;
const NO_END = /[/\\([{<=|&%]/;
/** What is in code, and hardly in a sentence. */
const CODE = /\s[-+*/%|&^]?=\s|==|!=|&&|\|\||::|[{}]/;

/** One letter between two eyes, perhaps in brackets: a face such as `(*・ω・*)`, whose marks nobody meant. */
const FACE = /^\p{Ps}*[\p{S}\p{Lm}・•-]+[\p{L}\p{N}][\p{S}\p{Lm}・•-]+\p{Pe}*$/u;

export function useInlineRules(grammar: MarkdownIt): void {
  const { ruler, ruler2 } = grammar.inline;
  ruler.enable(['backticks', 'emphasis']);
  ruler.at('text', plainText);
  ruler.at('backticks', code);
  ruler.at('emphasis', emphasis);
  ruler.before('emphasis', 'address', address);
  ruler.before('emphasis', 'link to', link);
  ruler.before('emphasis', 'mention', mention);
  ruler.before('emphasis', 'smiley', smiley);
  ruler2.enable('emphasis');
  ruler2.after('emphasis', 'depth', limitDepth);
}

/** Text up to the next place where a mark may begin. */
function plainText(state: StateInline, silent: boolean): boolean {
  NEXT_MARK.lastIndex = state.pos;
  const end = Math.min(NEXT_MARK.exec(state.src)?.index ?? state.posMax, state.posMax);
  if (end === state.pos) return false;
  if (!silent) state.pending += state.src.slice(state.pos, end);
  state.pos = end;
  return true;
}

/** Whether a mark may begin at `start` with what follows from `end` on. Marks before it may begin there too. */
function mayOpen(text: string, start: number, end: number): boolean {
  if (!mayBeginAfter(characterBefore(text, beyondMarks(text, start, -1)))) return false;
  const next = text[beyondMarks(text, end, 1)] ?? '';
  const isQuote = /["'”’»]/.test(next);
  return (
    !isSpace(characterAt(text, end)) &&
    !NO_BEGINNING.test(text.slice(end, end + 2)) &&
    (!isQuote || opensQuote(text, end))
  );
}

/** Whether a mark may end at `end` with what is before `start`. Marks after it may end there too. */
function mayClose(text: string, start: number, end: number): boolean {
  if (!mayEndBefore(characterAt(text, beyondMarks(text, end, 1)))) return false;
  return (
    !isSpace(characterBefore(text, start)) &&
    !NO_END.test(text[start - 1] ?? '') &&
    !isOpeningQuote(text, start - 1)
  );
}

/** Whether the quotation mark at this place is followed by a word. */
const opensQuote = (text: string, at: number): boolean => /[\p{L}\p{N}]/u.test(characterAt(text, at + 1));

/** Returns the end of the marks that stand together, forward or backward from a place. */
function beyondMarks(text: string, from: number, step: 1 | -1): number {
  let at = from;
  for (let length = 0; length < 2 * MAX_EMPHASIS_DEPTH; length += 1, at += step)
    if (!/[*_]/.test(text[step > 0 ? at : at - 1] ?? '')) break;
  return at;
}

/** Returns the place after the run of the same character that begins at `start`. */
function endOfRun(text: string, start: number, posMax: number): number {
  let end = start + 1;
  while (end < posMax && text[end] === text[start]) end += 1;
  return end;
}

/** Code between two runs of backticks of the same length: `a`, or `` a`b ``. Where `info` differs, it is the text between them. */
function code(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (src[pos] !== '`') return false;
  const begin = endOfRun(src, pos, posMax);
  const marker = src.slice(pos, begin);
  const mayBegin = mayBeginAfter(characterBefore(src, beyondMarks(src, pos, -1)));
  const close = mayBegin ? closingRun(state, begin, marker.length) : undefined;
  state.pos = close === undefined ? begin : close + marker.length;
  if (silent) return true;
  if (close === undefined) state.pending += marker;
  else {
    const typed = src.slice(begin, close);
    const content = /^ .*`.* $/.test(typed) ? typed.slice(1, -1) : typed; // spaces keep a backtick in the code apart
    Object.assign(state.push('code_inline', 'code', 0), { markup: marker, content, info: typed });
  }
  return true;
}

/** Whether there is something between two runs of backticks, and no space after the first but to keep a backtick apart. */
const isCode = (text: string): boolean => text.trim() !== '' && (!/^\s/.test(text) || text.includes('`'));

/** Returns where the run of backticks begins that closes code; undefined if none does. */
function closingRun(state: StateInline, begin: number, length: number): number | undefined {
  const { src, posMax } = state;
  // Remembers failed searches. Without this, each opening run would cost a search to the end of the line.
  const missing = (state.env.missingRuns ??= new Set()) as Set<string>;
  const search = `${src.length} ${posMax} ${length}`;
  if (missing.has(search)) return undefined;
  for (let at = src.indexOf('`', begin); at >= 0 && at < posMax; at = src.indexOf('`', at)) {
    const end = endOfRun(src, at, posMax);
    const next = characterAt(src, beyondMarks(src, end, 1));
    if (end - at === length && isCode(src.slice(begin, at)) && mayEndBefore(next)) return at;
    at = end;
  }
  missing.add(search);
  return undefined;
}

/** `*strong*`, `**strong**` and `_emphasis_`; not inside a word, except in scripts without spaces. */
function emphasis(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  const marker = src[pos]!;
  if (silent || (marker !== '*' && marker !== '_')) return false;
  const end = endOfRun(src, pos, state.posMax);
  const length = end - pos;
  const isMark = length <= (marker === '*' ? 2 : 1);
  const [open, close] = isMark ? [mayOpen(src, pos, end), mayClose(src, pos, end)] : [false, false];
  for (let index = 0; index < length; index += 1) {
    state.push('text', '', 0).content = marker;
    const token = state.tokens.length - 1;
    if (open || close)
      state.delimiters.push({ marker: marker.charCodeAt(0), length, token, end: -1, open, close });
  }
  state.pos = end;
  return true;
}

/** Turns emphasis that is nested too deep, has no letter or digit in it, or has code or a face, back into text. Sets the tags of the rest. */
function limitDepth({ tokens }: StateInline): void {
  const open: { token: Token; letters: number; codes: number; from: number; isTooDeep: boolean }[] = [];
  let letters = 0; // tokens with a letter or digit so far
  let codes = 0; // tokens with code that has no marks of its own
  let text = '';
  for (const token of tokens) {
    if (!/^(em|strong)_/.test(token.type)) {
      text += token.content;
      if (/[\p{L}\p{N}]/u.test(token.content)) letters += 1;
      if (token.type === 'text' && CODE.test(token.content)) codes += 1;
    } else if (token.nesting > 0) {
      open.push({ token, letters, codes, from: text.length, isTooDeep: open.length >= MAX_EMPHASIS_DEPTH });
    } else {
      const opened = open.pop()!;
      const isMark =
        !opened.isTooDeep &&
        letters > opened.letters &&
        codes === opened.codes &&
        !FACE.test(text.slice(opened.from));
      for (const side of [opened.token, token]) settle(side, isMark);
    }
  }
}

function settle(token: Token, isMark: boolean): void {
  const tag = token.markup[0] === '*' ? 'strong' : 'em';
  Object.assign(
    token,
    isMark
      ? { type: token.type.replace(/^[a-z]+/, tag), tag }
      : { type: 'text', tag: '', nesting: 0, content: token.markup },
  );
}

/** An address that begins with http:// or https://. Shows the host after it if a name before the host could be taken for it. */
function address(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const end = state.linkLevel > 0 ? undefined : endOfAddress(src, pos);
  if (end === undefined || end > posMax) return false;
  const href = src.slice(pos, end);
  if (!silent) {
    Object.assign(state.push('link_open', 'a', 1), { attrs: [['href', href]], markup: 'address' });
    state.push('text', '', 0).content = href;
    state.push('link_close', 'a', -1).markup = 'address';
    if (namesUser(href)) state.push('host', '', 0).content = hostOf(href)!;
  }
  state.pos = end;
  return true;
}

/** `[text](https://…)`. Shows the host after it, unless the text is the address. */
function link(state: StateInline, silent: boolean): boolean {
  LINK.lastIndex = state.pos;
  const [match, text = '', href = ''] =
    (state.src[state.pos] === '[' && state.src[state.pos - 1] !== '!' && LINK.exec(state.src)) || [];
  const host = match && hostOf(href);
  if (silent || !host || !hasVisible(text)) return false;
  const end = state.pos + match.length;
  const posMax = state.posMax;
  state.push('link_open', 'a', 1).attrs = [['href', href]];
  state.pos += 1;
  state.posMax = state.pos + text.length;
  state.linkLevel += 1;
  state.md.inline.tokenize(state);
  state.linkLevel -= 1;
  state.push('link_close', 'a', -1);
  if (text !== href || namesUser(href)) state.push('host', '', 0).content = host;
  state.pos = end;
  state.posMax = posMax;
  return true;
}

/** `@username` of a user in `names`. */
function mention(state: StateInline, silent: boolean): boolean {
  if (silent || !AT_SIGNS.includes(state.src[state.pos]!) || state.linkLevel > 0) return false;
  const names = state.env.names as Names;
  if (names.size === 0) return false;
  const found = namesAt(state.src, state.pos).find(({ key }) => names.has(key));
  if (!found) return false;
  const token = state.push('mention', '', 0);
  token.content = state.src.slice(state.pos, found.end);
  token.info = found.key;
  state.pos = found.end;
  return true;
}

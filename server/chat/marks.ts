import MarkdownIt, { type StateBlock, type StateInline, type Token } from 'markdown-it';
import { namesAt, UNSPACED } from './mention.ts';

/** The people who may be mentioned: by their name, folded, the username that they have now. */
export type Names = ReadonlyMap<string, string>;

/** How deep quotes (one each) and lists (two each) may stand in each other. What is deeper stays as typed. */
const DEEPEST_BLOCK = 6;
/** The same for strong and emphasised text. */
const DEEPEST_EMPHASIS = 4;

/** What a line begins with that may begin a quote, a list or code. Bare marks, such as `- - -` or `>`, are none. */
const BLOCK = /^(?:>+[ \t]+\S|[-*][ \t]+(?![-*_ \t]+$)\S|(?:0|[1-9]\d{0,8})\.[ \t]+\S|`{3})/;
/** What a line has that may have marks in it. */
const INLINE = /[*_`[@:]/;
const FENCE = /^(`{3,})([\w+#.-]*)\s*$/;
const LINK = /\[([^[\]]+)\]\((https?:\/\/[^\s()<>"\p{C}]+(?:\([^\s()<>"\p{C}]*\)[^\s()<>"\p{C}]*)*)\)/iuy;

const grammar = new MarkdownIt('zero', { linkify: true });
grammar.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
for (const schema of ['ftp:', '//', 'mailto:']) grammar.linkify.add(schema, null);
grammar.validateLink = (href) => /^https?:\/\//i.test(href);
grammar.normalizeLink = grammar.normalizeLinkText = (typed) => typed;

grammar.block.ruler.enableOnly(['blockquote', 'list', 'paragraph']);
grammar.block.ruler.at('paragraph', paragraph);
grammar.block.ruler.before('blockquote', 'plain', (state, start, end, silent) => !silent && !mayBegin(state, start) && paragraph(state, start, end));
grammar.block.ruler.before('blockquote', 'code', code, { alt: ['paragraph', 'blockquote', 'list'] });
grammar.core.ruler.push('numbers', ({ tokens }) => number(tokens));
grammar.inline.ruler.enable(['linkify', 'backticks', 'emphasis']);
grammar.inline.ruler.at('emphasis', emphasis);
grammar.inline.ruler.before('emphasis', 'link to', link);
grammar.inline.ruler.before('emphasis', 'mention', mention);
grammar.inline.ruler2.enable('emphasis');
grammar.inline.ruler2.after('emphasis', 'depth', flatten);

/**
 * Reads the marks in a text: blocks and, in `children`, what stands in their lines. A mark begins and
 * ends in one line, and whatever is no mark, or half of one, is text as it was typed.
 */
export function parse(text: string, names: Names = new Map()): Token[] {
  return grammar.parse(text, { names });
}

/** Whether a line may begin a block here. */
function mayBegin(state: StateBlock, line: number): boolean {
  return state.level < DEEPEST_BLOCK && BLOCK.test(lineOf(state, line));
}

const lineOf = (state: StateBlock, line: number) => state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);

/** Lines of text up to the next block, with the empty ones between them, and without those of what stands around. */
function paragraph(state: StateBlock, start: number, end: number): boolean {
  const around = state.parentType;
  state.parentType = 'paragraph';
  let last = start;
  for (let line = start + 1; line < end; line += 1) {
    if (state.isEmpty(line)) continue;
    if (state.sCount[line]! < state.blkIndent || begins(state, line, end)) break;
    last = line;
  }
  state.parentType = around;
  const inItem = around === 'list';
  if (!inItem) state.push('paragraph_open', 'p', 1);
  for (let line = start; line <= last; line += 1) {
    if (line > start) state.push('break', 'br', 0);
    const content = state.getLines(line, line + 1, state.blkIndent, false);
    if (INLINE.test(content)) Object.assign(state.push('inline', '', 0), { content, children: [] });
    else if (content) state.push('text', '', 0).content = content;
  }
  if (!inItem) state.push('paragraph_close', 'p', -1);
  state.line = last + 1;
  return true;
}

function begins(state: StateBlock, line: number, end: number): boolean {
  return mayBegin(state, line) && state.md.block.ruler.getRules('paragraph').some((rule) => rule(state, line, end, true));
}

/** Code between two lines of backticks. Without the second it is none. */
function code(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const [, fence, language = ''] = (state.sCount[start]! - state.blkIndent < 4 && FENCE.exec(lineOf(state, start))) || [];
  const close = fence ? closeOf(state, start, end, fence.length) : undefined;
  if (!close || silent) return close !== undefined;
  const content = state.getLines(start + 1, close, state.sCount[start]!, true);
  Object.assign(state.push('fence', 'code', 0), { content, info: language });
  state.line = close + 1;
  return true;
}

/** The line that ends the code which begins at `start`; undefined where there is none, or nothing is between. */
function closeOf(state: StateBlock, start: number, end: number, length: number): number | undefined {
  // What was looked for in vain up to this end is not looked for again from each line before it.
  const missing = (state.env.missing ??= new Set()) as Set<string>;
  const search = `${state.level} ${end} ${length}`;
  if (missing.has(search)) return undefined;
  let isEmpty = true;
  for (let line = start + 1; line < end; line += 1) {
    if (state.isEmpty(line)) continue;
    if (state.sCount[line]! < state.blkIndent) return undefined;
    const first = state.bMarks[line]! + state.tShift[line]!;
    const [, fence = '', language] = (state.src[first] === '`' && FENCE.exec(lineOf(state, line))) || [];
    if (fence.length >= length && !language) return isEmpty ? undefined : line;
    isEmpty = false;
  }
  missing.add(search);
  return undefined;
}

/** Gives the items of numbered lists the numbers that were typed. */
function number(tokens: Token[]): void {
  const due: number[] = [];
  for (const token of tokens) {
    if (/_list_open/.test(token.type)) due.push(Number(token.attrGet('start') ?? 1));
    else if (/_list_close/.test(token.type)) due.pop();
    else if (token.type === 'list_item_open' && token.info) {
      if (Number(token.info) !== due.at(-1)) token.attrSet('value', token.info);
      due.splice(-1, 1, Number(token.info) + 1);
    }
  }
}

/** `*strong*`, `**strong**` and `_emphasis_`; never within a word, where a script has spaces between words. */
function emphasis(state: StateInline, silent: boolean): boolean {
  const marker = state.src[state.pos]!;
  if (silent || (marker !== '*' && marker !== '_')) return false;
  const before = state.src[state.pos - 1] ?? '';
  const run = state.scanDelims(state.pos, false);
  const after = state.src[state.pos + run.length] ?? '';
  const { can_open: open, can_close: close, length } = UNSPACED.test(before + after) ? state.scanDelims(state.pos, true) : run;
  const isMark = before !== '\\' && length <= (marker === '*' ? 2 : 1); // ¯\_(ツ)_/¯ has two arms
  for (let index = 0; index < length; index += 1) {
    const token = state.push('text', '', 0);
    token.content = marker;
    if (isMark) state.delimiters.push({ marker: marker.charCodeAt(0), length, token: state.tokens.length - 1, end: -1, open, close });
  }
  state.pos += length;
  return true;
}

/** Lets what is emphasised too deep be as typed, and says of the rest which it is. */
function flatten({ tokens }: StateInline): void {
  const deep: boolean[] = [];
  for (const token of tokens.filter(({ type }) => /^(em|strong)_/.test(type))) {
    if (token.nesting > 0) deep.push(deep.length >= DEEPEST_EMPHASIS);
    const isDeep = token.nesting > 0 ? deep.at(-1) : deep.pop();
    const tag = token.markup[0] === '*' ? 'strong' : 'em';
    Object.assign(token, isDeep ? { type: 'text', tag: '', nesting: 0, content: token.markup } : { type: token.type.replace(/^[a-z]+/, tag), tag });
  }
}

/** `[text](https://…)`; followed by the host, unless the text is the address. */
function link(state: StateInline, silent: boolean): boolean {
  LINK.lastIndex = state.pos;
  const [whole, text = '', href = ''] = (state.src[state.pos] === '[' && state.src[state.pos - 1] !== '!' && LINK.exec(state.src)) || [];
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

import MarkdownIt, { type StateBlock, type Token } from 'markdown-it';
import { hasVisible } from './characters.ts';
import { useInlineRules } from './inlines.ts';
import { AT_SIGNS, type Names } from './mentions.ts';

/** The deepest nesting: a quote counts as one level, a list as two. Anything deeper stays as typed. */
const MAX_BLOCK_LEVEL = 6;

/** The start of a line that may begin a quote, a list or code. Bare marks such as `- - -` or `>` do not match, nor does `>>>`, the prompt of Python. */
const BLOCK_START =
  /^(?:>(?!>>[ \t])>*[ \t]+\S|[-*][ \t]+(?![-*_ \t]+$)\S|(?:0|[1-9]\d{0,8})\.[ \t]+\S|`{3})/;
/** A line without one of these characters has no marks in it. */
const INLINE_MARK = new RegExp(`[*_\`[:;${AT_SIGNS}]`);
/** The mark that a quote or an item begins with. */
const MARK = /^(?:>+|[-*]|\d+\.)[ \t]+/;
const FENCE = /^(`{3,})([\w+#.-]*)\s*$/;

const grammar = new MarkdownIt('zero');
grammar.block.ruler.enableOnly(['blockquote', 'list', 'paragraph']);
grammar.block.ruler.at('paragraph', paragraph);
grammar.block.ruler.before(
  'blockquote',
  'plain',
  (state, start, end, silent) => !silent && !mayBeginBlock(state, start) && paragraph(state, start, end),
);
grammar.block.ruler.before('blockquote', 'code', fencedCode, { alt: ['paragraph', 'blockquote', 'list'] });
grammar.core.ruler.push('numbers', ({ tokens }) => numberItems(tokens));
useInlineRules(grammar);

/**
 * Parses the marks in a text into blocks; `children` has the marks within a line. Such a mark begins
 * and ends in the same line. Anything that is not a complete mark stays text as it was typed.
 */
export function parseBlocks(text: string, names: Names = new Map()): Token[] {
  return grammar.parse(text, { names });
}

/** A cheap test before the rules run. */
function mayBeginBlock(state: StateBlock, line: number): boolean {
  const text = lineOf(state, line);
  // Indented, except in a list, it is code: ` * @param` of a comment, `  - name:` of YAML.
  const isCode =
    /^[-*]/.test(text) && state.blkIndent === 0 && state.sCount[line]! > 0 && state.parentType !== 'list';
  // Without anything visible after its mark, a quote or an item would show nothing: the line stays as typed.
  const shows = () => hasVisible(text.replace(MARK, ''));
  return state.level < MAX_BLOCK_LEVEL && !isCode && BLOCK_START.test(text) && shows();
}

const lineOf = (state: StateBlock, line: number) =>
  state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);

/** Reads lines up to the next block or the end of the surrounding one, and the empty lines between them. */
function paragraph(state: StateBlock, start: number, end: number): boolean {
  const parentType = state.parentType;
  state.parentType = 'paragraph';
  let last = start;
  for (let line = start + 1; line < end; line += 1) {
    if (state.isEmpty(line)) continue;
    if (state.sCount[line]! < state.blkIndent || beginsBlock(state, line, end)) break;
    last = line;
  }
  state.parentType = parentType;
  const inItem = parentType === 'list';
  if (!inItem) state.push('paragraph_open', 'p', 1);
  for (let line = start; line <= last; line += 1) {
    if (line > start) state.push('break', 'br', 0);
    const content = state.getLines(line, line + 1, state.blkIndent, false);
    if (INLINE_MARK.test(content)) Object.assign(state.push('inline', '', 0), { content, children: [] });
    else if (content) state.push('text', '', 0).content = content;
  }
  if (!inItem) state.push('paragraph_close', 'p', -1);
  state.line = last + 1;
  return true;
}

function beginsBlock(state: StateBlock, line: number, end: number): boolean {
  return (
    mayBeginBlock(state, line) &&
    state.md.block.ruler.getRules('paragraph').some((rule) => rule(state, line, end, true))
  );
}

/** Reads code between two lines of backticks. Without the second line it stays text. */
function fencedCode(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const [, fence, language = ''] =
    (state.sCount[start]! - state.blkIndent < 4 && FENCE.exec(lineOf(state, start))) || [];
  const closeLine = fence ? closingLine(state, start, end, fence.length) : undefined;
  if (!closeLine || silent) return closeLine !== undefined;
  const content = state.getLines(start + 1, closeLine, state.sCount[start]!, true);
  Object.assign(state.push('fence', 'code', 0), { content, info: language });
  state.line = closeLine + 1;
  return true;
}

/** Returns the line that closes the code that begins at `start`; undefined if none does, or the code is empty. */
function closingLine(state: StateBlock, start: number, end: number, length: number): number | undefined {
  // Remembers failed searches. Without this, each opening fence would cost a search to the end of the text.
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

/** Gives the items of numbered lists the numbers that the author typed: style sheets show the first from it, too. */
function numberItems(tokens: Token[]): void {
  for (const token of tokens)
    if (token.type === 'list_item_open' && token.info) token.attrSet('value', token.info);
}

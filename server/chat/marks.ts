import MarkdownIt, { type StateBlock, type Token } from 'markdown-it';
import { readLines, type Names } from './line-marks.ts';

/** How deep quotes (one each) and lists (two each) may stand in each other. What is deeper stays as typed. */
const DEEPEST_BLOCK = 6;

/** What a line begins with that may begin a quote, a list or code. Bare marks, such as `- - -` or `>`, are none. */
const BLOCK = /^(?:>+[ \t]+\S|[-*][ \t]+(?![-*_ \t]+$)\S|(?:0|[1-9]\d{0,8})\.[ \t]+\S|`{3})/;
/** What a line has that may have marks in it. */
const INLINE = /[*_`[@:]/;
const FENCE = /^(`{3,})([\w+#.-]*)\s*$/;

const grammar = new MarkdownIt('zero', { linkify: true });
grammar.block.ruler.enableOnly(['blockquote', 'list', 'paragraph']);
grammar.block.ruler.at('paragraph', paragraph);
grammar.block.ruler.before(
  'blockquote',
  'plain',
  (state, start, end, silent) => !silent && !mayBegin(state, start) && paragraph(state, start, end),
);
grammar.block.ruler.before('blockquote', 'code', code, { alt: ['paragraph', 'blockquote', 'list'] });
grammar.core.ruler.push('numbers', ({ tokens }) => number(tokens));
readLines(grammar);

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

const lineOf = (state: StateBlock, line: number) =>
  state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);

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
  return (
    mayBegin(state, line) &&
    state.md.block.ruler.getRules('paragraph').some((rule) => rule(state, line, end, true))
  );
}

/** Code between two lines of backticks. Without the second it is none. */
function code(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const [, fence, language = ''] =
    (state.sCount[start]! - state.blkIndent < 4 && FENCE.exec(lineOf(state, start))) || [];
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

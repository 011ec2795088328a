import MarkdownIt, { type RendererRule, type Token } from 'markdown-it';
import { parseBlocks } from '../text/blocks.ts';
import { contained } from '../text/direction.ts';
import type { Names } from '../text/mentions.ts';
import { looksLikeEntry, withSigns } from './signs.ts';

export interface MentionView {
  /** The name as it stands in the text, folded. */
  name: string;
  /** The current username. */
  username: string;
}

/** The `env` of the renderer. */
interface RenderEnv {
  names: Names;
  /** The reader's username; undefined if the HTML is for all readers. */
  reader: string | undefined;
}

/** The tokens of a message without blocks. Its HTML is one span, so that a screen reader reads it in one piece. */
const INLINE = ['paragraph_open', 'paragraph_close', 'inline', 'text', 'break', 'sign'];

const { escapeHtml } = new MarkdownIt().utils;
const renderer = new MarkdownIt.Renderer();
const sign = (text: string) => `<span class="sign">${escapeHtml(text)}</span>`;
const rules: Record<string, RendererRule> = {
  sign: (tokens, index) => sign(tokens[index]!.content),
  break: () => '<br>',
  link_open: (tokens, index) =>
    `<a href="${escapeHtml(String(tokens[index]!.attrGet('href')))}" rel="noopener nofollow" dir="auto">`,
  host: (tokens, index) => ` (<bdi>${escapeHtml(tokens[index]!.content)}</bdi>)`,
  mention: (tokens, index, _options, env) => {
    const { content, info } = tokens[index]!;
    const { names, reader } = env as unknown as RenderEnv;
    const username = names.get(info)!;
    return `<bdi class="mention${username === reader ? ' own' : ''}" data-username="${escapeHtml(username)}">${escapeHtml(content)}</bdi>`;
  },
  // Screen readers spell or skip the signs; the text stays as typed in other shapes.
  smiley: (tokens, index) => {
    const { content, info } = tokens[index]!;
    return `<span class="smiley" role="img" title="${info}">${escapeHtml(content)}</span>`;
  },
  // A code block scrolls, so it has to be focusable, and what is focusable needs a name.
  fence: (tokens, index) => {
    const { content, info } = tokens[index]!;
    return `<pre role="group" aria-label="Code" tabindex="0"${info && ` data-language="${escapeHtml(info)}"`}><code>${codeOf(content)}</code></pre>`;
  },
};
Object.assign(renderer.rules, rules);

const codeOf = (content: string): string =>
  content
    .split('\n')
    .map((line) => (looksLikeEntry(line) ? sign('| ') : '') + escapeHtml(line))
    .join('\n');

/**
 * Returns the text of a message as escaped HTML: an element with the class `body`. Mentions of the reader
 * get the class `own`.
 */
export function markup(text: string, mentions: MentionView[] = [], reader?: string): string {
  const names = new Map(mentions.map(({ name, username }) => [name, username]));
  const tokens = withSigns(parseBlocks(contained(text), names));
  const html = (shown: Token[]) => renderer.render(shown, { breaks: false } as never, { names, reader });
  if (tokens.every(({ type }) => INLINE.includes(type)))
    return `<span class="body" dir="auto">${html(tokens.slice(1, -1))}</span>`;
  // Each block gets the direction of its own text: an answer may be in another script than its quotation.
  for (const token of tokens) if (token.level === 0 && token.nesting === 1) token.attrSet('dir', 'auto');
  return `<div class="body">${html(tokens)}</div>`;
}

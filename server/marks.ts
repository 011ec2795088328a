import MarkdownIt, { type RendererRule, type Token } from 'markdown-it';
import type { Names } from './chat/line-marks.ts';
import { parse } from './chat/marks.ts';

/** Somebody whom a message mentions. */
export interface Mentioned {
  /** What stands in the text, folded. */
  name: string;
  /** What they are called now. */
  username: string;
}

/** For whom a message is shown; undefined where it is for everybody. */
interface Readers {
  names: Names;
  reader: string | undefined;
}

/** What a message without blocks consists of: it stands in one span, and is heard in one piece. */
const INLINE = ['paragraph_open', 'paragraph_close', 'inline', 'text', 'break'];

const { escapeHtml } = new MarkdownIt().utils;
const renderer = new MarkdownIt.Renderer();
const rules: Record<string, RendererRule> = {
  break: () => '<br>',
  link_open: (tokens, index) =>
    `<a href="${escapeHtml(String(tokens[index]!.attrGet('href')))}" rel="noopener nofollow">`,
  host: (tokens, index) => ` (<bdi>${escapeHtml(tokens[index]!.content)}</bdi>)`,
  mention: (tokens, index, _options, env) => {
    const { content, info } = tokens[index]!;
    const { names, reader } = env as unknown as Readers;
    const username = names.get(info)!;
    return `<bdi class="mention${username === reader ? ' own' : ''}" data-username="${escapeHtml(username)}">${escapeHtml(content)}</bdi>`;
  },
  // It scrolls in itself, so it can be reached by key, and then has to have a name.
  fence: (tokens, index) => {
    const { content, info } = tokens[index]!;
    return `<pre role="group" aria-label="Code" tabindex="0"${info && ` data-language="${escapeHtml(info)}"`}><code>${escapeHtml(content)}</code></pre>`;
  },
};
Object.assign(renderer.rules, rules);

/**
 * The text of a message as HTML, escaped: an element with the class `body`. What mentions the reader,
 * where it is shown to one, is set apart as their own.
 */
export function marks(text: string, mentions: Mentioned[] = [], reader?: string): string {
  const names = new Map(mentions.map(({ name, username }) => [name, username]));
  const tokens = parse(text, names);
  const html = (shown: Token[]) => renderer.render(shown, { breaks: false } as never, { names, reader });
  if (tokens.every(({ type }) => INLINE.includes(type)))
    return `<span class="body" dir="auto">${html(tokens.slice(1, -1))}</span>`;
  // Each block has the direction of its own text: an answer that of another script than what it quotes.
  for (const token of tokens) if (token.level === 0 && token.nesting === 1) token.attrSet('dir', 'auto');
  return `<div class="body">${html(tokens)}</div>`;
}

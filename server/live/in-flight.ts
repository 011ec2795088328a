import type { IncomingMessage, ServerResponse } from 'node:http';
import { connectionOf } from './connections.ts';

/**
 * Requests at once of one owner. A browser makes six, and users have two browsers. Over HTTP/2 a proxy sends all
 * images of a page at once. Posts are bounded by rate limits first. A stream stays open: `Streams` allows three, and one more that ends the oldest.
 */
const MOST = { page: 12, post: 120, file: 60, stream: 4 };
export type RequestKind = keyof typeof MOST;

/** What a request asks for. The address may have a query. */
export function kindOf({
  url = '',
  method,
}: {
  url?: string | undefined;
  method?: string | undefined;
}): RequestKind {
  if (method === 'POST') return 'post';
  if (!url.startsWith('/rooms/')) return 'page';
  if (/^\/rooms\/\d+\/files\//.test(url)) return 'file';
  return /^\/rooms\/\d+\/stream\/?(\?|$)/.test(url) ? 'stream' : 'page';
}

/** Counts the requests that are under way, by who sends them. */
export class InFlight {
  readonly #counts = new Map<string, number>();

  /** Counts a request until it is over. Returns false if its owner has too many already. @param owner a session or a user */
  begin(owner: string, request: IncomingMessage, response: ServerResponse): boolean {
    const kind = kindOf(request);
    const key = `${kind} ${owner}`;
    const count = this.#counts.get(key) ?? 0;
    if (count >= MOST[kind]) return false;
    this.#counts.set(key, count + 1);
    connectionOf(request.socket).whenOver(response, () => this.#end(key));
    return true;
  }

  #end(key: string): void {
    const rest = this.#counts.get(key)! - 1;
    if (rest > 0) this.#counts.set(key, rest);
    else this.#counts.delete(key);
  }
}

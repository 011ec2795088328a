// The connection to the server: requests, and a sentence while it is lost.
import type { Announcer } from './announcer.ts';
import { find, make, tell } from './log-elements.ts';

export const token = (find('[name=csrf-token]') as HTMLMetaElement).content;

/** Sends a request that is answered in JSON. Rejects after 20 s; `init.signal` replaces that limit. */
export const request = (path: string, init: RequestInit = {}) => {
  const limit = new AbortController(); // Safari 15 has no AbortSignal.timeout
  setTimeout(() => limit.abort(), 20_000);
  return fetch(path, {
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': token },
    signal: limit.signal,
    ...init,
  });
};

/** Whether a request has failed on its way: offline, refused, cut off, too slow, or answered by a proxy. Anything else is an error of ours. */
export const isNetworkError = ({ name }: Error) => /^(Type|Abort|Network|Timeout|Syntax)Error$/.test(name);

/**
 * Returns a function to call after each request: `false` if the connection is lost. The first `false` shows
 * and announces that, the next `true` that it is back. The sentence stands before `place`.
 */
export const watchConnection = (place: Element, announcer: Announcer) => {
  let lost: Element | undefined;
  return (isBack: boolean) => {
    if (!lost === isBack) return;
    const words = isBack ? 'The connection is back.' : 'The connection is lost. Trying again.';
    lost?.remove();
    lost = isBack ? undefined : make('p', { class: 'status' }, words);
    if (lost) {
      place.before(lost);
      tell('trouble');
    }
    announcer.say(words, 'connection');
  };
};

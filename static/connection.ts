// Tells that the connection is lost, and that it is back: once for each, in the page and to be heard.
import type { createAnnouncer } from './announcer.ts';
import { make } from './log.ts';

/** Returns what is told of each change; a sentence stands ahead of `place` while it is lost. */
export const tellConnection = (place: Element, announcer: ReturnType<typeof createAnnouncer>) => {
  let lost: Element | undefined;
  return (isBack: boolean) => {
    if (!lost === isBack) return;
    const words = isBack ? 'The connection is back.' : 'The connection is lost. Trying again.';
    lost?.remove();
    lost = isBack ? undefined : make('p', { class: 'status' }, words);
    if (lost) place.before(lost);
    announcer.say(words, 'connection');
  };
};

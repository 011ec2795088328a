// Where a screen reader hears what the page has to say by itself.
import { make } from './log.ts';

/** How long a text stays in the page after it was spoken: it is only to be heard, not to be come upon. */
const SPOKEN_MS = 10_000;

/** Puts a live region at the end of the page, and returns what speaks a text through it, once. */
export const createRegion = () => {
  const texts = make('div', {}); // right in the live element, each would be said with those beside it
  document.body.append(make('div', { class: 'announcer', 'aria-live': 'polite' }, texts));
  return (text: string) => {
    const line = make('p', {}, text);
    texts.append(line);
    setTimeout(() => line.remove(), SPOKEN_MS);
  };
};

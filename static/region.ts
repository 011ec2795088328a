// The live region: a screen reader speaks the texts that are put in it.
import { find, make } from './log-elements.ts';

/** A spoken text is removed after this time: slow readers are late, and nobody should come upon old ones. */
const SPOKEN_MS = 60_000;
/** A screen reader breaks off what it says while the key that pressed the button is still down. */
const KEY_MS = 500;
/** So many texts can be read again. */
const REMEMBERED = 10;

/**
 * The page brings the region, empty: a screen reader has to know it before its first text.
 * @param chosen `notify`: the user has chosen `ariaNotify`, which needs no region
 */
export const createRegion = ({ notify }: { notify?: boolean }) => {
  const texts = find('.announcer div')!; // directly in the live element, each text would be spoken with its neighbours
  const document = self.document as Document & { ariaNotify?(text: string): void };
  return (text: string) => {
    if (notify && document.ariaNotify) return document.ariaNotify(text);
    const line = make('p', {}, text);
    texts.append(line);
    setTimeout(() => line.remove(), SPOKEN_MS);
  };
};

/**
 * A button that has the latest text spoken again, and shows the last ten. Returns a function that
 * remembers a text, and the button.
 */
export const createMemory = (speak: (text: string) => void) => {
  const said: string[] = [];
  const list = make('ul', { 'aria-label': 'What was said' });
  const button = make('button', { type: 'button', class: 'quiet' }, 'Repeat what was said');
  button.onclick = () => {
    list.replaceChildren(...said.map((text) => make('li', {}, text)));
    button.parentElement!.after(list);
    const text = said.at(-1) ?? 'Nothing was said yet.';
    setTimeout(() => speak(text), KEY_MS);
  };
  const remember = (text: string) => {
    said.push(text);
    if (said.length > REMEMBERED) said.shift();
  };
  return { remember, button };
};

// The field of a message: what Enter does, and how many characters are left.
import type { Announcer } from './announcer.ts';
import { find, make } from './log-elements.ts';

/** The characters left are shown and announced when they are fewer than this. */
const FEW = 100;

/** Clears aria-describedby, so that the description is not read again when the focus returns; sets it to `ids` on blur. */
export const muteHint = (field: HTMLTextAreaElement, ids = 'body-hint') => {
  field.setAttribute('aria-describedby', '');
  field.onblur = () => field.setAttribute('aria-describedby', ids);
};

/** Says what Enter does and does it, counts the characters near `longest`, and tells the announcer of typing. */
export const helpTyping = (
  form: HTMLFormElement,
  field: HTMLTextAreaElement,
  announcer: Announcer,
  longest = 4000,
) => {
  const remaining = make('p', { class: 'hint' });
  field.after(remaining);
  field.addEventListener('input', () => {
    const left = longest - Array.from(field.value.trim()).length; // code points, as the server counts
    const count = Math.abs(left);
    const words = `${count} character${count === 1 ? '' : 's'} ${left < 0 ? 'too many' : 'left'}`;
    remaining.textContent = left < FEW ? words : '';
    if (left < FEW) announcer.say(words, 'length');
  });

  const { enter, sends } = form.dataset;
  find('#body-hint')!.append(` ${enter}`);
  field.addEventListener('keydown', (event) => {
    // While an input method composes, keyCode is another; in Safari also for the Enter that ends it.
    if (event.keyCode !== 13 || event.isComposing) return;
    const isAsked = event.ctrlKey || event.metaKey; // sends, whatever the settings say of Enter
    if (!isAsked && (sends === undefined || event.shiftKey)) return;
    event.preventDefault();
    if (!event.repeat) form.querySelector<HTMLElement>('button:not([type])')!.click(); // Safari 15 has no requestSubmit
  });
};

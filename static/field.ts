// The field of a message: what Enter does in it, and how much may still be typed.
import type { createAnnouncer } from './announcer.ts';
import { find, make } from './log.ts';

/** How few characters are left when it is told. */
const FEW = 100;

/** Has what describes the field not be said again with the focus that comes back to it. Once it has left again, `ids` describe it. */
export const hush = (field: HTMLTextAreaElement, ids = 'body-hint') => {
  field.setAttribute('aria-describedby', '');
  field.onblur = () => field.setAttribute('aria-describedby', ids);
};

/** Tells what Enter does and lets it, counts near the end, and has nothing announced into the typing. */
export const helpTyping = (
  form: HTMLFormElement,
  field: HTMLTextAreaElement,
  announcer: ReturnType<typeof createAnnouncer>,
  longest = 4000,
) => {
  const remaining = make('p', { class: 'hint' });
  field.after(remaining);
  field.addEventListener('input', () => {
    announcer.typed();
    const left = longest - [...field.value.trim()].length;
    const count = Math.abs(left);
    const words = `${count} character${count === 1 ? '' : 's'} ${left < 0 ? 'too many' : 'left'}`;
    remaining.textContent = left < FEW ? words : '';
    if (left < FEW) announcer.say(words, 'length');
  });

  const { enter, sends } = form.dataset;
  find('#body-hint')!.append(` ${enter}`);
  field.addEventListener('keydown', (event) => {
    // An input method that composes tells another code, in Safari also for the Enter that ends it.
    if (sends === undefined || event.keyCode !== 13 || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  });
};

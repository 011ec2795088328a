// The buttons that pause the announcing of messages, and repeat what was said.
import type { Announcer } from './announcer.ts';
import { make } from './log-elements.ts';

/** Adds the buttons to the end of `place`. */
export const offerPause = (place: Element, announcer: Announcer, repeat: Element) => {
  let isPaused = false;
  const button = make('button', { type: 'button', class: 'quiet' }, 'Pause announcements');
  button.onclick = () => {
    announcer.pause((isPaused = !isPaused));
    button.textContent = `${isPaused ? 'Resume' : 'Pause'} announcements`;
  };
  place.append(button, repeat);
};

const MODIFIERS = /^(Alt|AltGraph|Control|Meta|Shift)$/;

/** Holds announcements after each key, wherever it is pressed, and while another window is in front. */
export const holdAnnouncements = (announcer: Announcer) => {
  let isInFront = true;
  document.addEventListener('keydown', ({ key }) => {
    if (!MODIFIERS.test(key)) announcer.typed();
  });
  document.addEventListener('input', () => announcer.typed());
  const hold = () => announcer.hide(document.hidden || !isInFront);
  document.addEventListener('visibilitychange', hold);
  addEventListener('blur', () => {
    isInFront = false;
    hold();
  });
  addEventListener('focus', () => {
    isInFront = true;
    hold();
  });
};

// The button that holds messages back from being announced, until it is pressed again.
import type { createAnnouncer } from './announcer.ts';
import { make } from './log.ts';

export const offerPause = (place: Element, announcer: ReturnType<typeof createAnnouncer>) => {
  let isPaused = false;
  const button = make('button', { type: 'button', class: 'quiet' }, 'Pause announcements');
  button.onclick = () => {
    announcer.pause((isPaused = !isPaused));
    button.textContent = `${isPaused ? 'Resume' : 'Pause'} announcements`;
  };
  place.append(button);
};

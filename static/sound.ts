// Plays the sounds that the user has chosen. Only pages of users who have chosen some load this, and the page
// on which they choose.
import { createPace, eventAmong, SETS } from './sounds.ts';
import type { Entry, Sound, SoundEvent } from './wording.ts';

const place = document.querySelector<HTMLElement>('[data-sound]')!;
const chosen: Sound = JSON.parse(place.dataset.sound!);
/** How far a loudness of 1 to 3 opens the sound. */
const GAIN = [0, 0.05, 0.15, 0.4];
const mayPlay = createPace(() => performance.now());
let context: AudioContext | undefined;

const play = (event: SoundEvent, { set, loudness }: Pick<Sound, 'set' | 'loudness'>) => {
  const { wave, notes } = SETS[set]!;
  for (const [hertz, at, length] of notes[event]) {
    const begin = context!.currentTime + at;
    const gain = context!.createGain();
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(GAIN[loudness]!, begin + 0.01); // a sudden beginning is a crack
    gain.gain.linearRampToValueAtTime(0, begin + length);
    const tone = context!.createOscillator();
    tone.type = wave;
    tone.frequency.value = hertz;
    tone.connect(gain).connect(context!.destination);
    tone.start(begin);
    tone.stop(begin + length);
  }
};

/** Browsers let a page make sounds only once the user has pressed something in it. */
const open = async () => {
  context ??= new AudioContext();
  if (context.state !== 'running') await context.resume();
};

/** Plays an event now, or never: a sound that is late says something wrong. */
const ring = (event: SoundEvent | undefined) => {
  if (event && context?.state === 'running' && mayPlay()) play(event, chosen);
};

/** On the page of the choice, a button for each event tries it as the form has it, saved or not. */
const offerTries = (form: HTMLFormElement) => {
  const valueOf = (name: string) =>
    form.querySelector<HTMLInputElement>(`[name=${name}]:checked`)?.value ?? '';
  for (const item of form.querySelectorAll<HTMLElement>('[data-event]')) {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'quiet', textContent: `Try: ${item.textContent}` });
    button.onclick = async () => {
      await open();
      const set = valueOf('set') in SETS ? valueOf('set') : 'soft';
      play(item.dataset.event as SoundEvent, { set, loudness: Number(valueOf('loudness')) || 2 });
    };
    item.parentElement!.append(' ', button);
  }
};

if (self.AudioContext) {
  for (const press of ['keydown', 'pointerdown']) document.addEventListener(press, () => void open());
  if (place instanceof HTMLFormElement) offerTries(place);
  else {
    place.addEventListener('entries', ({ detail }: CustomEventInit<Entry[]>) =>
      ring(eventAmong(detail!, place.dataset.reader!, chosen.events)),
    );
    place.addEventListener('trouble', () => {
      if (chosen.events.includes('trouble')) ring('trouble');
    });
  }
}

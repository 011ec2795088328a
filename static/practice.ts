// The practice room: plays the entries of a step as in a room, through the same announcer, and notes
// what it said and when. Without script, each step is a form.
import { type Entry, createAnnouncer } from './announcer.ts';
import { request, watchConnection } from './connection.ts';
import { helpTyping, muteHint } from './field.ts';
import { append, find, log, make, parse, reader, tell, timeOf } from './log-elements.ts';
import { holdAnnouncements, offerPause } from './pause.ts';
import { updatePresent } from './present.ts';
import { createMemory, createRegion } from './region.ts';

interface ScriptedEntry extends Entry {
  /** Seconds after the step. */
  second: number;
  html: string;
}

interface Answer {
  /** The steps done so far, for the next form. */
  done: string;
  entries: ScriptedEntry[];
  /** Seconds after the step at which the connection is lost, and is back. */
  lost?: [number, number];
  ends?: string;
  location: string;
}

const chosen = JSON.parse(log.dataset.announcements!);
const speak = createRegion(chosen);
const { remember, button: repeat } = createMemory(speak);
const said = make('textarea', { id: 'said', rows: '8', cols: '60', readonly: '' }) as HTMLTextAreaElement;
let began = performance.now();
/** Characters that a run keeps of what was announced. */
const MOST_NOTED = 900;

/** Notes in a field, which is no live region: as text in the page, all would be heard twice. */
const note = (text: string) => {
  said.value += `${said.value && '\n'}${text}`;
  const field = document.querySelector<HTMLInputElement>('[name=announced]'); // of a run
  if (field) field.value = said.value.slice(-MOST_NOTED);
};

const announcer = createAnnouncer(reader!, chosen, (text) => {
  remember(text);
  speak(text);
  note(`${((performance.now() - began) / 1000).toFixed(2)} s  ${text.replaceAll('\n', ' ')}`);
});
const showConnection = watchConnection(log, announcer);

const copy = make('button', { type: 'button', class: 'quiet' }, 'Copy what was said');
const copySaid = async () => {
  try {
    await navigator.clipboard.writeText(said.value);
  } catch {
    said.select(); // without HTTPS there is no navigator.clipboard
    document.execCommand('copy');
    copy.focus();
  }
  announcer.say('Copied');
};
copy.onclick = () => void copySaid();

find('#steps')!.before(
  make('h2', {}, 'What was said'),
  make(
    'div',
    { class: 'field' },
    make('label', { for: 'said' }, 'What was said, in seconds after each step'),
    said,
  ),
  make('p', {}, copy),
);
offerPause(find('#announcements')!, announcer, repeat);
holdAnnouncements(announcer);

/** Plays the entries of a step; those of one second together, as one poll brings them. */
const play = ({ entries, lost, ends, location: next }: Answer) => {
  const seconds = new Set(entries.map(({ second }) => second));
  for (const second of seconds) {
    setTimeout(() => {
      const batch = entries.filter((entry) => entry.second === second);
      for (const entry of batch) {
        const item = parse(entry);
        append([item], log);
        entry.time = timeOf(item).textContent!;
        if (entry.kind !== 'message') updatePresent(entry);
      }
      announcer.receive(batch);
      tell('entries', batch);
    }, second * 1000);
  }
  lost?.forEach((second, index) => setTimeout(showConnection, second * 1000, index === 1));
  if (ends) setTimeout(() => location.assign(next), 2000);
};

/** Posts a form and plays the answer. If that fails, the browser posts the form: its page says what is wrong. */
const post = async (form: HTMLFormElement, name: string, onSuccess = () => {}) => {
  try {
    const body = JSON.stringify(Object.fromEntries(new FormData(form)));
    const response = await request(form.action, { method: 'POST', body, signal: null }); // without a time limit
    if (!response.ok) throw response;
    const answer: Answer = await response.json();
    began = performance.now();
    announcer.endQuiet(); // what plays is to sound the same, by whatever key it was begun
    note(`– ${name} –`);
    for (const input of document.querySelectorAll<HTMLInputElement>('[name=done]')) input.value = answer.done;
    play(answer);
    onSuccess();
  } catch {
    form.submit();
  }
};

for (const form of document.querySelectorAll<HTMLFormElement>('.step')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void post(form, form.querySelector('button')!.textContent);
  });
}

const form = find('#message') as HTMLFormElement;
const field = find('#body') as HTMLTextAreaElement;
helpTyping(form, field, announcer, Number(form.dataset.longest));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void post(form, 'Your message', () => {
    field.value = '';
    field.dispatchEvent(new Event('input'));
    announcer.sent();
    muteHint(field);
    field.focus();
  });
});

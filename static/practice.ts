// The practice room: what a step brings comes as in a room, by the same announcer, and it is written
// down what was said and when. Without it each step is a form.
import { createAnnouncer, type News } from './announcer.ts';
import { tellConnection } from './connection.ts';
import { helpTyping, hush } from './field.ts';
import { append, find, log, make, parse, reader, timeOf } from './log.ts';
import { offerPause } from './pause.ts';
import { present } from './present.ts';
import { createRegion } from './region.ts';

interface Entry extends News {
  second: number;
  html: string;
}
interface Answer {
  done: string;
  entries: Entry[];
  lost?: [number, number];
  ends?: string;
  location: string;
}

const speak = createRegion();
const said = make('textarea', { id: 'said', rows: '8', cols: '60', readonly: '' }) as HTMLTextAreaElement;
let began = performance.now();

/** Not in the page as text, and not live: it would be heard a second time. */
const note = (text: string) => {
  said.value += `${said.value && '\n'}${text}`;
};

const announcer = createAnnouncer(reader!, JSON.parse(log.dataset.announcements!), (text) => {
  speak(text);
  note(`${((performance.now() - began) / 1000).toFixed(2)} s  ${text.replaceAll('\n', ' ')}`);
});
const connected = tellConnection(log, announcer);

const copy = make('button', { type: 'button', class: 'quiet' }, 'Copy what was said');
copy.onclick = async () => {
  try {
    await navigator.clipboard.writeText(said.value);
  } catch {
    said.select(); // over http the other way is closed
    document.execCommand('copy');
    copy.focus();
  }
  announcer.say('Copied');
};

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
offerPause(find('#announcements')!, announcer);

/** Plays what a step brings, each at its second, what comes in one second together, as a poll brings it. */
const play = ({ entries, lost, ends, location: next }: Answer) => {
  const seconds = new Set(entries.map(({ second }) => second));
  for (const second of seconds) {
    setTimeout(() => {
      const batch = entries.filter((entry) => entry.second === second);
      for (const entry of batch) {
        const item = parse(entry);
        append([item], log);
        entry.time = timeOf(item).textContent!;
        if (entry.kind !== 'message') present(entry);
      }
      announcer.receive(batch.filter(({ author }) => author !== reader));
    }, second * 1000);
  }
  lost?.forEach((second, index) => setTimeout(connected, second * 1000, index === 1));
  if (ends) setTimeout(() => location.assign(next), 2000);
};

/** Asks for what comes of a form, and plays it. Where it does not come, the page that does tells what is wrong. */
const take = async (form: HTMLFormElement, name: string, isTaken = () => {}) => {
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'X-CSRF-Token': find<HTMLMetaElement>('[name=csrf-token]')!.content,
      },
    });
    if (!answer.ok) throw answer;
    const taken: Answer = await answer.json();
    began = performance.now();
    note(`– ${name} –`);
    for (const each of document.querySelectorAll<HTMLInputElement>('[name=done]')) each.value = taken.done;
    play(taken);
    isTaken();
  } catch {
    form.submit();
  }
};

for (const form of document.querySelectorAll<HTMLFormElement>('.step')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void take(form, form.querySelector('button')!.textContent!);
  });
}

const form = find<HTMLFormElement>('#message')!;
const field = find<HTMLTextAreaElement>('#body')!;
helpTyping(form, field, announcer, Number(form.dataset.longest));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void take(form, 'Your message', () => {
    field.value = '';
    field.dispatchEvent(new Event('input'));
    announcer.sent();
    hush(field);
    field.focus();
  });
});

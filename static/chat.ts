// The log of a room: asks each second for what is new and appends it, posts without leaving the
// page, loads what came earlier in place. Without it the page works by its links and forms.
import { createAnnouncer, type News } from './announcer.ts';
import { tellConnection } from './connection.ts';
import { helpTyping, hush } from './field.ts';
import { append, dress, find, log, make, parse, reader, timeOf, timeZone } from './log.ts';
import { offerPause } from './pause.ts';
import { present } from './present.ts';
import { createRegion } from './region.ts';

interface Entry extends News {
  seq: number;
  subject?: string;
  html: string;
}
interface Answer {
  name: string;
  seq: number;
  entries: Entry[];
  ended?: string;
  message?: string;
  location?: string;
  error?: { message: string };
}

const form = find<HTMLFormElement>('#message');
const { room, last } = log.dataset;
const isHistory = 'history' in log.dataset; // later entries stand on other pages
const address = `/rooms/${room}`;
const token = find<HTMLMetaElement>('[name=csrf-token]')!.content;

const ask = (path: string, post = {}) =>
  fetch(path, {
    ...post,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': token },
    signal: AbortSignal.timeout(20_000),
  });

// The log itself is not live (the page says so): its parts would be spoken twice, and history too.
const announcer = createAnnouncer(reader!, JSON.parse(log.dataset.announcements!), createRegion());

let after = Number(last);

const edge = () => (form ?? log).getBoundingClientRect().top;

/** Shows what is new, each once and in order, however often and late it comes. */
const receive = ({ name, entries }: Answer) => {
  const fresh = entries.filter(({ seq }) => seq > after);
  const others = fresh.filter(({ author }) => author !== reader);
  const messages = others.filter(isMessage);
  const top = edge();
  for (const entry of fresh) {
    const item = parse(entry);
    after = entry.seq;
    if (isHistory) dress(item);
    else append([item], log);
    entry.time = timeOf(item).textContent!;
    if (!isMessage(entry)) present(entry);
    if (entry.kind === 'renamed')
      title = title.replace(
        /^(Error: )?.*(?= – Rooms)/,
        (_, error = '') => error + (find('#room')!.textContent = name),
      );
  }
  unseen += messages.length;
  if (!isHistory && top < innerHeight) scrollBy(0, edge() - top);
  else if (messages[0]) offer(messages[0].seq);
  announcer.receive(others);
};

const isMessage = ({ kind }: Entry) => kind === 'message';

let news: HTMLAnchorElement | undefined;
let unseen = 0;
let title = document.title;
let titledAt = 0;

/** Tells in the title how many messages came unseen; not at each, as a title may be spoken. */
const retitle = () => {
  if (!news && !document.hidden) unseen = 0;
  if (unseen && Date.now() - titledAt < 5000) return;
  titledAt = Date.now();
  document.title = (unseen ? `(${unseen}) ` : '') + title;
};

/** Offers what came in below, and leaves the reading place where it is. */
const offer = (seq: number) => {
  if (!news) {
    news = make('a', { href: !isHistory ? `#m-${seq}` : address }) as HTMLAnchorElement;
    log.after(make('p', { class: 'news' }, news));
  }
  news.textContent = `${unseen} new message${unseen > 1 ? 's' : ''}`;
};

addEventListener('scroll', () => {
  if (!news || isHistory || edge() > innerHeight) return;
  news.parentElement!.remove();
  news = undefined;
});

find('#earlier a')?.addEventListener('click', async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const link = event.target as HTMLAnchorElement;
  if (link.ariaBusy) return;
  link.ariaBusy = 'true';
  try {
    const first = log.querySelector('li')!;
    const { entries }: Answer = await (await ask(`${address}/entries?before=${first.dataset.seq}`)).json();
    const top = first.getBoundingClientRect().top;
    const earlier = new DocumentFragment();
    append(entries.map(parse), earlier);
    const day = log.querySelector<HTMLElement>('.day')!;
    if (earlier.querySelector(`[data-day="${day.dataset.day}"]`)) day.remove();
    log.prepend(earlier);
    scrollBy(0, first.getBoundingClientRect().top - top);
    const isBeginning = entries[0]!.seq === 1;
    setTimeout(
      announcer.say,
      1000,
      `${entries.filter(isMessage).length} earlier messages shown${isBeginning ? '. This is the beginning.' : ''}`,
    ); // at once it is lost among so many new elements
    link.ariaBusy = null;
    if (!isBeginning) return;
    const beginning = make('span', { tabindex: '-1' }, 'This is the beginning.');
    link.replaceWith(beginning);
    beginning.focus({ preventScroll: true });
  } catch {
    location.href = link.href;
  }
});

const field = find<HTMLTextAreaElement>('#body')!;
const draft = `draft ${room} ${reader}`;

let onward: Node[] = [];

/** A new element each time: one that is there already and is filled later can be silent. */
const complain = (sentence: string, isWrong = false) => {
  find('.problems')?.remove();
  field.ariaInvalid = String(isWrong);
  hush(field, isWrong ? 'body-problem body-hint' : 'body-hint');
  title = title.replace(/^(Error: )?/, sentence ? 'Error: ' : ''); // as the page of a refused form has it
  if (sentence) titledAt = 0;
  retitle();
  if (sentence)
    form!.prepend(
      make(
        'div',
        { class: 'problems', role: 'alert', id: 'body-problem' },
        make('p', {}, sentence),
        ...onward,
      ),
    ); // an alert inside of what is put in is silent in Firefox
  form!.scrollIntoView({ block: 'nearest' });
};

let timer = 0;
let failures = 0;
let asking = false;
let ended = false;
let isGoing = false; // a poll after the page has said that it closes would take that back
const connected = tellConnection(form!, announcer);

const poll = async () => {
  if (asking || ended || isGoing) return;
  asking = true;
  clearTimeout(timer);
  try {
    const answer = await ask(
      `/poll?room=${room}&after=${after}${isHistory || document.hidden ? '&unseen=1' : ''}`,
    );
    if (answer.status === 200) receive(await answer.json());
    else if (answer.status === 204) announcer.receive([]);
    else if (answer.status > 204) {
      if (answer.status > 428) throw answer; // too many, or the server is not well
      return finish(await answer.json());
    }
    failures = 0;
  } catch {
    failures += 1;
  } finally {
    asking = false;
  }
  retitle();
  connected(!failures);
  timer = setTimeout(poll, Math.min(15, 2 ** failures) * 1000);
};

/** Tells why the reader is not in the room any more, and where to go; what they typed stays. */
const finish = ({ ended: why = '', message, error, location = '/rooms' }: Answer) => {
  ended = true;
  if (/deleted|removed/.test(why) && !field.value) return void (window.location.href = location); // which tells it
  const canEnter = /^(left|away|moved)$/.test(why);
  const [href, text] =
    why === 'logged-out'
      ? [`/login?next=${address}`, 'Log in']
      : canEnter
        ? [address, 'Open the room again']
        : [location, 'Go to the list of rooms'];
  onward = [make('a', { href }, text)];
  complain(message ?? error!.message);
};

if (form) {
  /** Keeps what is typed, and the key that it was tried with, through a reload, a log-in, or a crash of the page. */
  const keep = () => sessionStorage.setItem(draft, JSON.stringify([field.value, key.value, tried]));
  const forget = () => sessionStorage.removeItem(draft);
  const key = find<HTMLInputElement>('#key')!;
  let tried: string | undefined;
  let sending = false;
  const renew = () => {
    key.value = String(crypto.getRandomValues(new Uint32Array(4))).replaceAll(',', '-');
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    const body = field.value;
    if (tried !== undefined && tried !== body) renew(); // the same text is the same message, another one is another
    tried = body;
    keep();
    try {
      const answer = await ask(form.action, {
        method: 'POST',
        body: JSON.stringify({ body, key: key.value, after }),
      });
      if (answer.status === 409) {
        // the page that comes keeps the text, and offers to send it on entering
        forget();
        return form.submit();
      }
      const told: Answer = await answer.json();
      complain(answer.ok ? '' : `Could not send: ${told.error!.message}`, answer.status === 422);
      if (!answer.ok) return void poll(); // who is logged out is told so, with the way to log in
      receive(told);
      renew();
      tried = undefined;
      if (field.value === body) field.value = '';
      field.dispatchEvent(new Event('input'));
      if (isHistory) location.href = `${address}?after=${told.seq - 1}#new`; // it stands on another page
      else announcer.sent();
    } catch {
      complain('Could not send: the connection is lost. Your text is kept, press Send again.');
    } finally {
      sending = false;
      field.focus();
    }
  });

  helpTyping(form, field, announcer);

  offerPause(find('#announcements')!, announcer);

  find('#check')?.remove();
  const [text, triedKey, triedText] = JSON.parse(sessionStorage.getItem(draft) ?? '[]');
  if (text && !field.value) {
    field.value = text;
    key.value = triedKey;
    tried = triedText;
  }
  field.addEventListener('input', keep);
  if (!location.hash && !isHistory) form.scrollIntoView({ block: 'end' });
  addEventListener('pageshow', () => {
    isGoing = stays = false;
    void poll();
  });
  addEventListener('online', poll);
  document.addEventListener('visibilitychange', () => {
    announcer.hide(document.hidden);
    if (!document.hidden) void poll();
  });
  /** Whether a link leads to a page that belongs to being in the room. */
  let stays = false;
  addEventListener('click', ({ target }) => {
    stays = (target as Element).closest('[data-stays]') !== null;
  });
  addEventListener('pagehide', () => {
    isGoing = true;
    if (!ended && !stays)
      navigator.sendBeacon(`${address}/leave`, new URLSearchParams({ _csrf: token, closing: '1' }));
  });
}

log.querySelectorAll('[data-seq]').forEach(dress);
find('#zone')!.textContent =
  `Times are in ${Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone}.`;

// The log of a room: asks each second for what is new and appends it, posts without leaving the
// page, loads what came earlier in place. Without it the page works by its links and forms.

interface Entry { seq: number; kind: string; author: string; subject?: string; folded?: boolean; body: string; html: string }
interface Answer { name: string; seq: number; entries: Entry[]; ended?: string; message?: string; location?: string; error?: { message: string } }

const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);
const log = find('.log')!;
const form = find<HTMLFormElement>('#message');
const { room, last, reader } = log.dataset;
/** As chosen in the settings; undefined is the browser's own zone. One that this browser does not know would break all. */
let timeZone = log.dataset.zone;
try {
  Intl.DateTimeFormat('en', { timeZone });
} catch {
  timeZone = undefined;
}
const hourCycle = log.dataset.hours as 'h12' | undefined;
const isHistory = 'history' in log.dataset; // later entries stand on other pages
const address = `/rooms/${room}`;
const token = find<HTMLMetaElement>('[name=csrf-token]')!.content;

const make = (tag: string, attributes: Record<string, string>, ...children: (Node | string)[]): HTMLElement => {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]!);
  element.append(...children);
  return element;
};

const ask = (path: string, post = {}) => fetch(path, {
  ...post,
  headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': token },
  signal: AbortSignal.timeout(20_000),
});

// The log itself is not live (the page says so): its parts would be spoken twice, and history too.
const announcements = make('div', {});
document.body.append(make('div', { class: 'announcer', 'aria-live': 'polite' }, announcements));

let due = 0;

/** Says one after the other: what comes at the same moment is spoken in any order. */
const say = (text: string) => {
  const line = make('p', {}, text);
  due = Math.max(due + 250, Date.now());
  setTimeout(() => announcements.append(line), due - Date.now());
  setTimeout(() => line.remove(), due - Date.now() + 10_000);
};

let held: Entry[] = [];
let typedAt = 0;

/** Says the messages that came, once nobody types: a screen reader drops what it says at each key. */
const tell = () => {
  if (Date.now() - typedAt < 2000) return;
  if (held.length > 3) say(`${held.length} new messages`);
  else for (const { author, body, folded } of held) if (!folded) say(`${author}: ${body}`);
  held = [];
};

let after = Number(last);

/** Puts entries into lists with a heading for each day, as the server does. */
const append = (items: Iterable<Element>, into: ParentNode) => {
  for (const item of items) {
    const at = dress(item);
    const day = at.toLocaleDateString('en-CA', { timeZone });
    if (day !== [...into.querySelectorAll<HTMLElement>('.day')].at(-1)?.dataset.day) {
      const words = at.toLocaleDateString('en-GB', { timeZone, weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
      into.append(make('h3', { class: 'day', 'data-day': day }, words.replace(',', '')));
    }
    if (into.lastElementChild?.localName !== 'ul') into.append(make('ul', { role: 'list' }));
    into.lastElementChild!.append(item);
  }
};

/** Shows the reader's own time; returns when it was. */
const dress = (item: Element): Date => {
  const time = item.querySelector('time')!;
  const at = new Date(time.dateTime);
  time.textContent = at.toLocaleTimeString('en-GB', { timeZone, hourCycle, hour: hourCycle ? 'numeric' : '2-digit', minute: '2-digit' });
  return at;
};

/** The entry as an element, in which what is the reader's own is told as the page tells it. */
const parse = ({ html, author }: Entry) => {
  const item = document.createRange().createContextualFragment(html).firstElementChild!;
  if (author === reader) {
    item.className += ' own';
    item.querySelector('.author')?.after(' (you)');
  }
  for (const name of item.querySelectorAll(`[data-username="${reader}"]`)) name.className += ' own';
  return item;
};

const edge = () => (form ?? log).getBoundingClientRect().top;

/** Shows what is new, each once and in order, however often and late it comes. */
const receive = ({ name, entries }: Answer) => {
  const fresh = entries.filter(({ seq }) => seq > after);
  const messages = fresh.filter(({ kind, author }) => kind === 'message' && author !== reader);
  const top = edge();
  for (const entry of fresh) {
    after = entry.seq;
    if (!isHistory) append([parse(entry)], log); // one by one, or they are spoken out of order
    if (entry.kind !== 'message') present(entry);
    if (entry.kind === 'renamed') document.title = document.title.replace(/^(Error: )?.*(?= – Rooms)/, (_, error = '') => error + (find('#room')!.textContent = name));
  }
  if (!isHistory && top < innerHeight) scrollBy(0, edge() - top);
  else if (messages[0]) offer(messages[0].seq, messages.length);
  held.push(...messages);
};

const present = ({ kind, author, subject }: Entry) => {
  const list = find('#present')!;
  const name = kind === 'removed' ? subject : author;
  if (/entered|left|removed/.test(kind)) [...list.children].find((item) => item.textContent === name)?.remove();
  if (kind === 'entered') list.append(make('li', {}, make('bdi', {}, author)));
};

let news: HTMLAnchorElement | undefined;
let unseen = 0;

/** Offers what came in below, and leaves the reading place where it is. */
const offer = (seq: number, count: number) => {
  unseen += count;
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
  unseen = 0;
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
    setTimeout(say, 1000, `${entries.length} earlier messages shown`); // at once it is lost among so many new elements
    link.ariaBusy = null;
    if (entries[0]!.seq > 1) return;
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
  field.setAttribute('aria-describedby', isWrong ? 'body-problem' : ''); // the hint was heard before
  if (sentence) form!.prepend(make('div', { class: 'problems', role: 'alert', id: 'body-problem' }, make('p', {}, sentence), ...onward));
  form!.scrollIntoView({ block: 'nearest' });
};

let timer = 0;
let failures = 0;
let asking = false;
let ended = false;
let isGoing = false; // a poll after the page has said that it closes would take that back
let lost: Element | undefined;

const poll = async () => {
  if (asking || ended || isGoing) return;
  asking = true;
  clearTimeout(timer);
  try {
    const answer = await ask(`/poll?room=${room}&after=${after}${isHistory || document.hidden ? '&unseen=1' : ''}`);
    if (answer.status === 200) receive(await answer.json());
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
  tell();
  if (!lost !== !failures) connected(!failures);
  timer = setTimeout(poll, Math.min(15, 2 ** failures) * 1000);
};

const connected = (isBack: boolean) => {
  const words = isBack ? 'The connection is back.' : 'The connection is lost. Trying again.';
  lost?.remove();
  lost = isBack ? undefined : make('p', { class: 'status' }, words);
  if (lost) form!.before(lost);
  say(words);
};

/** Tells why the reader is not in the room any more, and where to go; what they typed stays. */
const finish = ({ ended: why = '', message, error, location = '/rooms' }: Answer) => {
  ended = true;
  if (/deleted|removed/.test(why) && !field.value) return void (window.location.href = location); // which tells it
  const canEnter = /left|away|moved/.test(why);
  const [href, text] = why === 'logged-out' ? [`/login?next=${address}`, 'Log in'] : canEnter ? [address, 'Open the room again'] : [location, 'Go to the list of rooms'];
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
      const answer = await ask(form.action, { method: 'POST', body: JSON.stringify({ body, key: key.value, after }) });
      if (answer.status === 409) { // the page that comes keeps the text, and offers to send it on entering
        forget();
        return form.submit();
      }
      const told: Answer = await answer.json();
      complain(answer.ok ? '' : `Could not send: ${told.error!.message}`, answer.status === 422);
      if (!answer.ok) return void poll(); // who is logged out is told so, with the way to log in
      receive(told);
      renew();
      tried = undefined;
      typedAt = 0;
      if (field.value === body) field.value = '';
      keep();
      if (isHistory) location.href = `${address}?after=${told.seq - 1}#new`; // it stands on another page
      else say('Sent');
    } catch {
      complain('Could not send: the connection is lost. Your text is kept, press Send again.');
    } finally {
      sending = false;
      field.focus();
    }
  });

  find('#check')?.remove();
  const [text, triedKey, triedText] = JSON.parse(sessionStorage.getItem(draft) ?? '[]');
  if (text && !field.value) {
    field.value = text;
    key.value = triedKey;
    tried = triedText;
  }
  field.addEventListener('input', () => {
    typedAt = Date.now();
    keep();
  });
  const { enter, sends } = form.dataset;
  find('#body-hint')!.append(` ${enter}`);
  field.addEventListener('keydown', (event) => {
    // An input method that composes tells another code, in Safari also for the Enter that ends it.
    if (sends === undefined || event.keyCode !== 13 || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  });
  if (!location.hash && !isHistory) form.scrollIntoView({ block: 'end' });
  addEventListener('pageshow', () => {
    isGoing = false;
    void poll();
  });
  addEventListener('online', poll);
  document.addEventListener('visibilitychange', () => document.hidden || poll());
  addEventListener('pagehide', () => {
    isGoing = true;
    if (!ended) navigator.sendBeacon(`${address}/leave`, new URLSearchParams({ _csrf: token, closing: '1' }));
  });
}

log.querySelectorAll('[data-seq]').forEach(dress);
find('#zone')!.textContent = `Times are in ${Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone}.`;

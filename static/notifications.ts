// Tells by notifications of the browser what came while nobody sees the page. Only the pages of users who have
// chosen that load this. The server says what to tell, and says it once: to one tab, or by another way.
import type { Entry } from './wording.ts';

/** By then the server knows what was read in another tab. */
const GATHER_MS = 5000;
const APART_MS = 15_000;
/** What came in rooms that are not in the page is asked for so often. */
const REGULAR_MS = 60_000;

/** In the page of a room. */
const log = document.querySelector<HTMLElement>('.log[data-room]');
const token = document.querySelector<HTMLMetaElement>('[name=csrf-token]')!.content;
const shown = new Set<Notification>();
let timer = 0;
let dueAt = Infinity;
let askedAt = -APART_MS;

interface Told {
  title: string;
  body: string;
  address: string;
}

/** Leads to the message: in this page, if it is there. */
const open = (address: string) => {
  const { pathname, hash } = new URL(address, location.href);
  const item = pathname === location.pathname && document.getElementById(hash.slice(1));
  focus();
  if (!item) return location.assign(address);
  location.hash = hash;
  item.scrollIntoView();
};

const show = ({ title, body, address }: Told) => {
  const notification = new Notification(title, { body, tag: address });
  shown.add(notification);
  notification.onclick = () => {
    notification.close();
    open(address);
  };
};

const canShow = () => document.hidden && Notification.permission === 'granted';

const ask = async () => {
  dueAt = Infinity;
  schedule(REGULAR_MS);
  if (!canShow()) return;
  askedAt = performance.now();
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRF-Token': token };
  const response = await fetch('/notifications', { method: 'POST', headers, body: '{}' });
  if (response.status === 200) show(await response.json());
};

/** Asks in so many milliseconds, or earlier if that is set already. */
const schedule = (ms: number) => {
  const at = performance.now() + ms;
  if (at >= dueAt) return;
  dueAt = at;
  clearTimeout(timer);
  timer = setTimeout(() => void ask().catch(() => {}), ms); // the poll shows that the connection is lost
};

if (self.Notification) {
  if (document.hidden) schedule(REGULAR_MS);
  log?.addEventListener('entries', ({ detail }: CustomEventInit<Entry[]>) => {
    if (canShow() && detail!.some(({ kind, author }) => kind === 'message' && author !== log.dataset.reader))
      schedule(Math.max(GATHER_MS, askedAt + APART_MS - performance.now()));
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return schedule(REGULAR_MS);
    for (const notification of shown) notification.close();
    shown.clear();
  });
}

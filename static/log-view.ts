// The log on the page of a room: puts in new entries, offers those below the window, loads earlier ones.
import { type Entry, createAnnouncer } from './announcer.ts';
import { request } from './connection.ts';
import { append, find, log, make, parse, reader, showTime, tell, timeOf } from './log-elements.ts';
import { updatePresent } from './present.ts';
import { createMemory, createRegion } from './region.ts';
import { addUnseen, renameInTitle, setBelow } from './title.ts';
import { counted, isolate } from './wording.ts';

interface RoomEntry extends Entry {
  seq: number;
  subject?: string;
  reply?: { seq: number; author: string };
  html: string;
}

/** What the server answers to a poll, to a message, and to a request for earlier entries. */
export interface Answer {
  name: string;
  seq: number;
  entries: RoomEntry[];
  ended?: string;
  message?: string;
  location?: string;
  error?: { message: string };
}

export const { room } = log.dataset;
export const address = `/rooms/${room}`;
/** True if later entries are on other pages. */
export const isHistory = 'history' in log.dataset;
/** How far the log is shown. */
export let lastSeq = Number(log.dataset.last);
// The log itself is no live region: its parts would be spoken twice, and so would earlier entries.
const chosen = JSON.parse(log.dataset.announcements!);
const speak = createRegion(chosen);
const { remember, button: repeatButton } = createMemory(speak);
export const repeat = repeatButton;
export const announcer = createAnnouncer(reader!, chosen, (text) => {
  remember(text);
  speak(text);
});

let offered: HTMLElement | undefined;

const endOf = (element: Element) => element.getBoundingClientRect().bottom;
const box = find('.scroll')!;
/** Whether the log scrolls in a box of its own, as in the style of the 2000s. */
const hasScroll = () => getComputedStyle(box).overflowY === 'auto';
/** Whether the end of the log is in sight: above the form, and in the window. */
const isAtEnd = (grown = 0) =>
  hasScroll()
    ? box.scrollTop > -2
    : endOf(log) < Math.min(find('.write')!.getBoundingClientRect().top + grown, innerHeight) + 2;
/** Scrolls what holds the log. */
const scroll = (pixels: number) => (hasScroll() ? box : window).scrollBy(0, pixels);
/** Appends to the log. At its end the page follows; else what is read stays where it is. Returns whether it followed. */
const extend = (change: () => void) => {
  const isFollowing = isAtEnd();
  const end = endOf(log);
  const last = log.lastElementChild?.lastElementChild;
  const place = last && endOf(last);
  change();
  if (hasScroll()) box.scrollTop = isFollowing ? 0 : box.scrollTop + (last ? endOf(last) - place! : 0);
  else if (isFollowing) scrollBy(0, endOf(log) - end);
  return isFollowing;
};

const isMessage = ({ kind }: Entry) => kind === 'message';

/** Shows each entry once and in order, also if an answer comes late or twice. */
export const receive = ({ name, entries }: Answer) => {
  const added = entries.filter(({ seq }) => seq > lastSeq);
  const others = added.filter(({ author }) => author !== reader);
  const messages = others.filter(isMessage);
  const isFollowing = extend(() => {
    for (const entry of added) {
      const item = parse(entry);
      if (entry === messages[0] && !isHistory) markNews();
      lastSeq = entry.seq;
      if (isHistory) showTime(item);
      else append([item], log);
      entry.time = timeOf(item).textContent;
      if (!isMessage(entry)) updatePresent(entry);
      if (entry.kind === 'renamed') renameInTitle(isolate((find('#room bdi')!.textContent = name)));
    }
  });
  const unseen = addUnseen(messages.length);
  if ((isHistory || !isFollowing) && messages[0]) offer(messages[0].seq, unseen);
  announcer.receive(added);
  tell('entries', added);
};

let isMarked = false; // nothing was pressed since the heading was put in

/** A heading ahead of the first message that came since the user last pressed a key. It is not announced. */
const markNews = () => {
  if (isMarked) return;
  isMarked = true;
  find('#since')?.remove();
  log.append(make('h3', { class: 'mark', id: 'since', tabindex: '-1' }, 'New'));
};

/** Links to the first new message instead of scrolling: the user is reading further up. */
const offer = (seq: number, count: number) => {
  if (!offered) {
    offered = make('a', { href: isHistory ? address : `#m-${seq}` });
    find('#message')!.before(make('p', { class: 'news' }, offered));
    setBelow(true);
  }
  offered.textContent = counted(count, 'new message');
};

/** Takes away links to what is in sight. */
const withdrawLinks = () => {
  const unread = find('#unread')?.getBoundingClientRect();
  if (unread && unread.top >= 0 && unread.bottom <= innerHeight)
    find('[href="#unread"]')?.parentElement!.remove();
  if (!offered || isHistory || !isAtEnd()) return;
  offered.parentElement!.remove();
  offered = undefined;
  setBelow(false);
};

const loadEarlier = async (link: HTMLAnchorElement) => {
  const first = log.querySelector('li')!;
  const { entries }: Answer = await (await request(`${address}/entries?before=${first.dataset.seq}`)).json();
  prepend(entries, first);
  const isBeginning = entries[0]!.seq === 1;
  const words = `${entries.filter(isMessage).length} earlier messages shown`;
  // Announced at once, it would be lost among so many new elements.
  setTimeout(announcer.say, 1000, words); // what takes the focus below says itself whether this is the beginning
  link.ariaBusy = null;
  if (!isBeginning) return;
  const beginning = make('span', { tabindex: '-1' }, 'This is the beginning.');
  link.replaceWith(beginning);
  beginning.focus({ preventScroll: true });
};

/** Puts earlier entries above the first, which stays where it is in the window. */
const prepend = (entries: RoomEntry[], first: Element) => {
  const { top } = first.getBoundingClientRect();
  const earlier = new DocumentFragment();
  append(entries.map(parse), earlier);
  const day = log.querySelector<HTMLElement>('.day')!;
  if (earlier.querySelector(`[data-day="${day.dataset.day}"]`)) day.remove();
  find('#here')?.remove();
  earlier.append(make('h3', { class: 'mark', id: 'here', tabindex: '-1' }, 'You were here'));
  log.prepend(earlier);
  if (entries[0]!.seq <= Number(log.dataset.gap)) delete log.dataset.gap; // nothing unread is left out any more
  scroll(first.getBoundingClientRect().top - top);
};

/** Shows the end of the log, with the form below it. */
const openAtEnd = () => {
  const { top, bottom } = find('.write')!.getBoundingClientRect();
  scrollBy(0, endOf(find('.desk')!) + bottom - top - innerHeight);
};

/** Keeps the end of the log in sight when the form grows: by its text, by a problem, by a link. */
const watchForm = (form: HTMLElement) => {
  let height = form.offsetHeight;
  new ResizeObserver(() => {
    const grown = form.offsetHeight - height;
    height += grown;
    if (grown > 0 && !hasScroll() && isAtEnd(grown)) scrollBy(0, grown);
  }).observe(form);
};

/** Opens the page at the end of the log, unless its address says where. */
export const openLog = () => {
  if (!location.hash && find('.write.latest')) openAtEnd();
  withdrawLinks();
  const form = find('.write');
  if (form) watchForm(form);
};

export const startLog = () => {
  for (const press of ['keydown', 'pointerdown'])
    document.addEventListener(press, () => {
      isMarked = false;
    });
  addEventListener('scroll', withdrawLinks, true); // true: the log may scroll in itself
  const link = find('#earlier a') as HTMLAnchorElement | null;
  link?.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.ariaBusy) return;
    link.ariaBusy = 'true';
    loadEarlier(link).catch(() => {
      location.href = link.href;
    });
  });
};

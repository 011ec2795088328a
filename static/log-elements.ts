// The elements of the log, with times as the reader chose to see them.

/** Whether the browser has all that these scripts need. If not, they do not start: the page works without them. */
export const isSupported = [
  self.fetch,
  self.AbortController,
  self.ResizeObserver,
  self.URLSearchParams,
  self.crypto?.getRandomValues,
  self.performance?.now,
  self.Intl?.DateTimeFormat,
  [].at,
  ''.replaceAll,
  Object.fromEntries,
  Range.prototype.createContextualFragment,
  Element.prototype.append,
  Element.prototype.replaceWith,
  Element.prototype.closest,
].every(Boolean);

export const find = (selector: string) => document.querySelector<HTMLElement>(selector);
export const log = find('.log')!;
export const { reader } = log.dataset;
/** The zone of the settings; undefined for the browser's own, and if the browser does not know the zone. */
export let timeZone = log.dataset.zone;
try {
  Intl.DateTimeFormat('en', { timeZone });
} catch {
  timeZone = undefined;
}
const hourCycle = log.dataset.hours as 'h12' | undefined;

/** Tells sounds, if the page has any, what has happened. */
export const tell = (event: 'entries' | 'trouble', detail?: object[]) =>
  log.dispatchEvent(new CustomEvent(event, { detail }));

export const make = (
  tag: string,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElement => {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]!);
  element.append(...children);
  return element;
};

/** Makes the element of an entry, and has the entry name smileys as the element does. The server's `html` is the same for all; this adds what depends on the reader. */
export const parse = (entry: { html: string; body: string; author: string; reply?: { author: string } }) => {
  const { html, author, reply } = entry;
  const item = document.createRange().createContextualFragment(html).firstElementChild!;
  if (author === reader) {
    item.className += ' own';
    item.querySelector('.author')?.after(' (you)');
  }
  if (reply?.author === reader) item.querySelector('.reply span')?.replaceChildren('to you'); // a folded message has no such link
  for (const one of item.querySelectorAll<HTMLElement>('.smiley'))
    entry.body = entry.body.replace(one.textContent, one.title);
  for (const name of item.querySelectorAll(`[data-username="${reader}"]`)) name.className += ' own';
  return item;
};

/** Appends entries in lists under a heading for each day, as the server does. */
export const append = (items: Iterable<Element>, into: ParentNode) => {
  for (const item of items) {
    const at = showTime(item);
    const day = at.toLocaleDateString('en-CA', { timeZone });
    if (day !== [...into.querySelectorAll<HTMLElement>('.day')].at(-1)?.dataset.day) {
      const words = at.toLocaleDateString('en-GB', {
        timeZone,
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        year: 'numeric',
      });
      const heading = words.replace(',', '');
      const { room } = log.dataset;
      const shown = room ? make('a', { href: `/rooms/${room}?day=${day}` }, heading) : heading;
      into.append(make('h3', { class: 'day', 'data-day': day }, shown));
    }
    if (into.lastElementChild?.localName !== 'ul') into.append(make('ul', { role: 'list' }));
    into.lastElementChild!.append(item);
  }
};

export const timeOf = (item: Element) => item.querySelector('time')!;

/** Shows the time of an entry in the reader's zone; returns it. */
export const showTime = (item: Element): Date => {
  const time = timeOf(item);
  const at = new Date(time.dateTime);
  time.textContent = at.toLocaleTimeString('en-GB', {
    timeZone,
    hourCycle,
    hour: hourCycle ? 'numeric' : '2-digit',
    minute: '2-digit',
  });
  return at;
};

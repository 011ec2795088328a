// The elements of the log, in the reader's own time and zone.

export const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);
export const log = find('.log')!;
export const { reader } = log.dataset;
/** As chosen in the settings; undefined is the browser's own zone. One that this browser does not know would break all. */
export let timeZone = log.dataset.zone;
try {
  Intl.DateTimeFormat('en', { timeZone });
} catch {
  timeZone = undefined;
}
const hourCycle = log.dataset.hours as 'h12' | undefined;

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

/** The entry as an element, in which what is the reader's own is told as the page tells it. */
export const parse = ({ html, author }: { html: string; author: string }) => {
  const item = document.createRange().createContextualFragment(html).firstElementChild!;
  if (author === reader || !('reports' in log.dataset)) item.querySelector('.report')?.remove();
  if (author === reader) {
    item.className += ' own';
    item.querySelector('.author')?.after(' (you)');
  }
  for (const name of item.querySelectorAll(`[data-username="${reader}"]`)) name.className += ' own';
  return item;
};

/** Puts entries into lists with a heading for each day, as the server does. */
export const append = (items: Iterable<Element>, into: ParentNode) => {
  for (const item of items) {
    const at = dress(item);
    const day = at.toLocaleDateString('en-CA', { timeZone });
    if (day !== [...into.querySelectorAll<HTMLElement>('.day')].at(-1)?.dataset.day) {
      const words = at.toLocaleDateString('en-GB', {
        timeZone,
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        year: 'numeric',
      });
      into.append(make('h3', { class: 'day', 'data-day': day }, words.replace(',', '')));
    }
    if (into.lastElementChild?.localName !== 'ul') into.append(make('ul', { role: 'list' }));
    into.lastElementChild!.append(item);
  }
};

export const timeOf = (item: Element) => item.querySelector('time')!;

/** Shows the reader's own time; returns when it was. */
export const dress = (item: Element): Date => {
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
